import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRender } from '../../src/deliveries/render.ts'
import type { Contact } from '../../src/domain/escalation.ts'
import { answerTest, testReach } from '../../src/runs/reach-tests.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { sampleRunbook } from '../plans.ts'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { openWorks, type Works } from './works.ts'

let workspace: Workspace
let works: Works
beforeAll(async () => {
  workspace = await openWorkspace()
  works = await openWorks(workspace)
})
afterAll(async () => {
  await works.close()
  await workspace.close()
})

test('a test of who is reached is a direct message with a button, and one in the channel that is edited as they answer', async () => {
  const { asha, mei, dan } = workspace.people
  const { pool } = works.history
  await recordStanding(pool, asha, ['migration-operators'], 3600)
  const contacts: Contact[] = [
    { role: 'Lead', person: mei, informed: false },
    { role: 'DBA', person: dan, informed: false },
  ]
  const runbook = {
    ...sampleRunbook(),
    channel: works.channel,
    contacts,
    escalation: contacts.map(({ role }) => ({ contact: role, after: 0 })),
  }
  const nobody = { mail: [], webhook: false, paused: [], onCall: null, untold: null, lost: null }
  const called = contacts.map((contact) => ({ contact, people: [contact.person!], ...nobody }))
  const begun = await testReach(pool, { runbook, called, after: 0, caller: { person: asha, via: 'slack' } })
  if (!begun.ok) throw new Error(JSON.stringify(begun.problem))
  // Dan has left: Slack takes no message to him.
  workspace.interfere = ({ method, args }) =>
    method === 'chat.postMessage' && args['channel'] === dan
      ? { status: 200, json: { ok: false, error: 'user_disabled' } }
      : null
  works.start({ render: makeRender({ pool, peopleOf: async () => [] }) })

  const shown = async () => (await works.messages()).map(({ text }) => text)
  await expect
    .poll(shown)
    .toEqual([
      expect.stringMatching(
        /0 of 2 people answered\n[^]*\(Lead\): sent, no answer yet\n[^]*\(DBA\): not sent, user_disabled/,
      ),
    ])
  const dm = workspace.of('chat.postMessage').find(({ args }) => args['channel'] === mei)
  expect(dm?.args['text']).toContain('A test, nothing has happened')
  expect(dm?.args['blocks']).toContain('I got it')

  await answerTest(pool, begun.value.id, { person: mei, via: 'slack' })
  await expect
    .poll(shown)
    .toEqual([expect.stringMatching(/1 of 2 people answered\n[^]*\(Lead\) answered at/)])
  await expect
    .poll(() => works.edits().map(({ args }) => args['text']))
    .toContainEqual(expect.stringMatching(/^Thank you: you are reached/))
})
