import pino from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Desk } from '../../src/domain/desk.ts'
import type { Caller } from '../../src/domain/person.ts'
import { makeSlack, type Listening } from '../../src/slack/app.ts'
import { keepButton } from '../../src/store/buttons.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let listening: Listening
let base: string
const asked: { caller: Caller; command: string; input: unknown }[] = []
const pages = {
  opensForm: () => false,
  async pressed(caller: Caller, command: string, input: unknown) {
    asked.push({ caller, command, input })
    const state =
      command === 'ack'
        ? ['You have it: run 7F3A-1.']
        : ['HRMS is down. ', { person: caller.person }, ' <asks>']
    return { view: { state, parts: [], actions: [] } }
  },
} as unknown as Desk

beforeAll(async () => {
  stage = await openStage()
  const config = {
    botToken: stage.workspace.botToken,
    mode: { http: { signingSecret: 's', port: 0, publicUrl: 'https://lockkeeper.test' } },
    apiUrl: stage.workspace.apiUrl,
  }
  const slack = makeSlack({ config, roles: {}, store: stage.store, log: pino({ level: 'silent' }) })
  const started = await slack.listen({} as Desk, pages)
  if (!started.ok) throw new Error(JSON.stringify(started.problem))
  listening = started.value
  base = `http://127.0.0.1:${listening.port}`
})
afterAll(async () => {
  await listening.stop()
  await stage.close()
})
beforeEach(() => void (asked.length = 0))

let deliveries = 0
const link = (given: { command?: string; person?: string | null; days?: number } = {}) => {
  const { command = 'ack', person = stage.workspace.people.mei, days = 1 } = given
  return keepButton(
    stage.store,
    { delivery: `ping:${deliveries++}`, command, input: { run: '7F3A-1' }, person },
    days,
  )
}
const get = (nonce: string) => fetch(`${base}/take/${nonce}`)
const post = (nonce: string) => fetch(`${base}/take/${nonce}`, { method: 'POST' })
const usedBy = async (nonce: string) => {
  const { rows } = await stage.store.query<{ used_by: string | null }>(
    'select used_by from lockkeeper.button where nonce = $1',
    [nonce],
  )
  return rows[0]?.used_by
}

test('opening the link shows where the run is, and changes nothing, however often a scanner does it', async () => {
  const nonce = await link()
  for (const method of ['GET', 'GET']) {
    const answer = await fetch(`${base}/take/${nonce}`, { method })
    expect(answer.status).toBe(200)
    const page = await answer.text()
    expect(page).toContain('HRMS is down. mei &lt;asks&gt;')
    expect(page).toContain('says that mei looks after run 7F3A-1')
    expect(page).toMatch(/<form method="post"><button[^>]*>Acknowledge<\/button><\/form>/)
  }
  expect(asked.map(({ command }) => command)).toEqual(['status', 'status'])
  expect(await usedBy(nonce)).toBeNull()
})

test('its button acknowledges the run for the one whose link it is, once for an impatient second tap', async () => {
  const nonce = await link()
  const answer = await post(nonce)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('You have it: run 7F3A-1.')
  expect(await (await post(nonce)).text()).toContain('HRMS is down.')
  const caller = { person: stage.workspace.people.mei, via: 'page' }
  expect(asked).toEqual([
    { caller, command: 'ack', input: { run: '7F3A-1' } },
    { caller, command: 'status', input: { run: '7F3A-1' } },
  ])
  expect(await usedBy(nonce)).toBe(stage.workspace.people.mei)
})

test.each([
  ['unknown', async () => 'not-a-nonce'],
  ['expired', () => link({ days: -1 })],
  ['of another button', () => link({ command: 'answer' })],
  ['of nobody', () => link({ person: null })],
])('a link that is %s does nothing (button-old)', async (_, make) => {
  const nonce = await make()
  for (const answer of [await get(nonce), await post(nonce)]) {
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('out of date and did nothing')
  }
  expect(asked).toEqual([])
})

test('nothing of a page is kept, framed, fetched or told to others', async () => {
  const { headers } = await get(await link())
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none';.*frame-ancestors 'none'$/,
    ) as string,
  })
})
