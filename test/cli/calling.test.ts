import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGate } from '../../src/store/gates.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { insertRun } from '../../src/store/runs.ts'
import { transaction } from '../../src/store/transaction.ts'
import { contactSchema, openPager, words, type Pager } from '../deliveries/pager.ts'
import { openPostOffice, type PostOffice } from '../mail/post-office.ts'
import { samplePlan, sampleRunbook } from '../plans.ts'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { freePort } from '../steps/hrms.ts'
import { makePlace, people, type Place } from './place.ts'

let workspace: Workspace
let office: PostOffice
let pager: Pager
let place: Place
let url: string
beforeAll(async () => {
  ;[workspace, office, pager, place] = await Promise.all([
    openWorkspace(),
    openPostOffice(),
    openPager(),
    makePlace(),
  ])
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  Object.assign(place.environment, {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: 'signing-secret-of-the-test',
    SLACK_API_URL: workspace.apiUrl,
    PORT: String(port),
    LOCKKEEPER_URL: url,
    SMTP_URL: office.url,
    PAGER_KEY: 'the-key-of-the-pager',
  })
  await appendFile(path.join(place.folder, 'lockkeeper.yml'), 'mail: { from: lockkeeper@morishr.test }\n')
})
afterAll(async () => {
  await place.leave()
  await Promise.all([workspace.close(), office.close(), pager.close()])
})

/** A run that asks, whose lead has Slack, e-mail and another pager. */
async function askingRun(): Promise<string> {
  const lead = {
    role: 'Lead',
    person: people.asha,
    email: 'asha@morishr.test',
    webhook: { url: pager.url, ...words('trigger'), acknowledge: words('acknowledge') },
  }
  const runbook = {
    ...sampleRunbook(),
    contacts: [contactSchema.parse(lead)],
    escalation: [{ contact: 'Lead', after: 0 }],
  }
  const plan = samplePlan({ runbook })
  await insertPlan(place.pool, plan, 'target')
  // At once, or the bot would drive it before it asks.
  return transaction(place.pool, async (tx) => {
    const run = await insertRun(tx, plan, 'target', people.mei)
    await openGate(tx, run, 'backup', 1, { code: 'before-admit', passed: 1, choices: ['go-on'] })
    return run
  })
}

test('while Slack is away a call for help goes out by mail and to the pager, and is taken by the link in the letter', async () => {
  await place.startBot()
  await expect.poll(async () => (await fetch(`${url}/health`).catch(() => null))?.status).toBe(200)
  workspace.interfere = () => 'cut'
  const run = await askingRun()
  const called = await place.type('mei', ['escalate', run, 'critical', 'nobody is paid'])
  expect(called).toMatchObject({ code: 0, out: expect.stringContaining('Pinged now: Lead') as string })

  await expect.poll(() => pager.actions()).toEqual(['trigger'])
  expect(pager.told[0]).toMatchObject({
    alarm: `${run}/called/1`,
    body: { key: 'the-key-of-the-pager', reason: expect.stringContaining('calls for help') as string },
  })
  await expect.poll(() => office.letters.map(({ to }) => to)).toEqual(['asha@morishr.test'])
  const { text = '' } = office.letters[0]!.mail
  expect(text).toContain('nobody is paid')
  const link = new RegExp(`${url}/take/[\\w-]+`).exec(text)?.[0] ?? ''

  expect(await (await fetch(link)).text()).toContain('Acknowledge</button>')
  expect((await place.pool.query('select held_by from lockkeeper.run')).rows).toEqual([{ held_by: null }])
  expect(await (await fetch(link, { method: 'POST' })).text()).toContain('You acknowledged</strong> run')
  expect((await place.pool.query('select held_by from lockkeeper.run')).rows).toEqual([
    { held_by: people.asha },
  ])
  await expect.poll(() => pager.actions()).toEqual(['trigger', 'acknowledge'])
})
