import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { acknowledge } from '../../src/runs/calling.ts'
import { answer } from '../../src/runs/requests.ts'
import { recordStanding } from '../../src/store/standing.ts'
import type { Caller } from '../../src/domain/person.ts'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { question } from './history.ts'
import { openWorks, type Works } from './works.ts'

let workspace: Workspace
let works: Works
let asha: Caller
let mei: Caller
beforeAll(async () => {
  workspace = await openWorkspace()
  asha = { person: workspace.people.asha, via: 'slack' }
  mei = { person: workspace.people.mei, via: 'slack' }
})
afterAll(() => workspace.close())
beforeEach(async () => {
  works = await openWorks(workspace)
  for (const { person } of [asha, mei])
    await recordStanding(works.history.pool, person, ['migration-operators'], 3_600)
})
afterEach(() => works.close())

const blocksOf = (message: unknown): string => JSON.stringify((message as { blocks?: unknown }).blocks ?? [])

/** What was sent to somebody by direct message. */
const toPerson = async (person: string): Promise<string[]> => {
  const { channel } = await workspace.own.conversations.open({ users: person })
  return (await workspace.messages(channel?.id)).map(({ text }) => text)
}

test('a question has its buttons in one message of the channel; live message and acknowledgement link to it', async () => {
  const { history } = works
  const run = await history.start()
  works.start({ render: works.drawReally })
  await works.settled()
  const gate = await history.asks(run, 'drain', 1, question)
  await works.settled()
  await acknowledge(history.pool, run, mei)
  await works.settled()

  const thread = await works.thread(`run:${run}`)
  const [live] = thread
  const gateTs = (await works.row(`gate:${gate}`))?.sent_as?.ts ?? ''
  const withButtons = thread.filter((message) => blocksOf(message).includes('"Choose…"'))
  expect(withButtons.map(({ ts }) => ts)).toEqual([gateTs])

  const link = `p${gateTs.replace('.', '')}`
  const acknowledged = thread.find(({ text }) => text.startsWith('Acknowledged by'))
  expect(acknowledged?.text).toContain('Still to be chosen')
  for (const message of [live, acknowledged]) expect(blocksOf(message)).toContain(link)
  expect((await toPerson(asha.person)).join('\n')).toContain('Buttons: ')
})

test('who answers over somebody’s acknowledgement is told so, and so is that person', async () => {
  const { history } = works
  const run = await history.start()
  const gate = await history.asks(run, 'drain', 1, question)
  await acknowledge(history.pool, run, mei)
  const answered = await answer(history.pool, { gate: { id: gate }, choice: 'wait', caller: asha })
  expect(answered).toMatchObject({ ok: true, value: { over: { by: mei.person } } })
  works.start({ render: works.drawReally })
  await works.settled()
  const told = await toPerson(mei.person)
  expect(told.at(-1)).toMatch(
    new RegExp(
      `^Somebody else decided: Wait chosen by <@${asha.person}> at .*\\. You had acknowledged run ${run} at `,
    ),
  )
})

test('an answer of who acknowledged, or to a run that nobody did, is no message to anybody', async () => {
  const { history } = works
  const run = await history.start()
  const first = await history.asks(run, 'drain', 1, question)
  const unacknowledged = await answer(history.pool, { gate: { id: first }, choice: 'wait', caller: mei })
  expect(unacknowledged).toMatchObject({ ok: true, value: { over: null } })
  const second = await history.asks(run, 'drain', 2, question)
  await acknowledge(history.pool, run, mei)
  const own = await answer(history.pool, { gate: { id: second }, choice: 'wait', caller: mei })
  expect(own).toMatchObject({ ok: true, value: { over: null } })
  works.start()
  await works.settled()
  expect((await history.rows()).filter(({ key }) => key.startsWith('decided:'))).toEqual([])
})
