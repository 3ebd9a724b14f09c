import pg from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import type { Kind } from '../../src/domain/step.ts'
import { done } from '../../src/domain/outcome.ts'
import { answerDelivered } from '../../src/notices/clock.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { cardFirst, type Patience } from '../../src/runs/card-first.ts'
import { drive, makeDrive } from '../../src/runs/drive.ts'
import { answer } from '../../src/runs/requests.ts'
import { keepPlan, start } from '../../src/runs/starting.ts'
import type { At, StepKinds } from '../../src/steps/step-kind.ts'
import { attemptsOf } from '../../src/store/attempts.ts'
import { insertDelivery } from '../../src/store/deliveries.ts'
import { openGateOf } from '../../src/store/gates.ts'
import { raiseFence, runById } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { identityOf, samplePlan, sampleRunbook, smallRoutes, step } from '../plans.ts'

const asha = { person: 'U_ASHA', via: 'slack' } as const

let store: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  store = await storeDatabase()
  pool = new pg.Pool({ connectionString: store.url, max: 4 })
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
})
afterAll(async () => {
  await pool.end()
  await store.drop()
})

const withSlack = {
  slack: { botToken: 'xoxb-x', apiUrl: null, mode: { http: { signingSecret: 'x', port: 0 } } },
  folder: '/var/lib/lockkeeper',
} as Config
const never = new AbortController().signal
const soon: Patience = { onItsWay: 3_600_000, refused: 0, chosen: 3_600_000, every: 10 }

let targets = 0
async function startRun(): Promise<string> {
  const { forward, ...back } = smallRoutes()
  const identity = { ...(await identityOf(store.url)), databaseOid: ++targets }
  const routes = {
    ...back,
    forward: forward.flatMap((each) =>
      each.kind === 'claim' ? [] : each.kind === 'stop' ? [step('card', {}, false), each] : [each],
    ),
  }
  const plan = samplePlan({ kind: 'backup', identity, routes, runbook: sampleRunbook() })
  await keepPlan(pool, plan, asha)
  const started = await start(pool, plan.id, asha)
  if (!started.ok) throw new Error(JSON.stringify(started.problem))
  return started.value.run
}

/** The card on its way to the channel, as it is by now. */
async function card(
  run: string,
  state: 'due' | 'sent' | 'refused',
  error: string | null = null,
): Promise<void> {
  await insertDelivery(pool, {
    key: `card:${run}`,
    to: { channel: '#migrations' },
    shows: { card: run },
    sends: 'message',
    urgent: true,
    pin: false,
    madeAt: new Date().toISOString(),
  })
  await pool.query('update lockkeeper.delivery set state = $2, error = $3 where key = $1', [
    `card:${run}`,
    state,
    error,
  ])
}

async function asks(run: string, patience: Partial<Patience> = {}, signal = never, config = withSlack) {
  const found = await runById(pool, run)
  if (!found) throw new Error(run)
  const stop = found.plan.approved.routes.forward.find(({ kind }) => kind === 'stop')
  if (!stop) throw new Error('no stop')
  return cardFirst({ pool, config }, { run: found, step: stop, record: [], answer: null }, signal, {
    ...soon,
    ...patience,
  })
}

test('a card that is delivered is nothing to ask about, and one on its way is waited for', async () => {
  const run = await startRun()
  let settled = false
  const asked = asks(run).then((outcome) => ((settled = true), outcome))
  await card(run, 'due')
  await pool.query('select pg_sleep(0.2)')
  expect(settled).toBe(false)
  await card(run, 'sent')
  expect(await asked).toBeNull()
})

test.each([
  ['due', 'not_in_channel'],
  ['refused', 'no_text'],
] as const)('a card that is %s with %s is asked about, with where its file is', async (state, error) => {
  const run = await startRun()
  await card(run, state, error)
  expect(await asks(run)).toEqual({
    status: 'asks',
    question: {
      code: 'card-undelivered',
      channel: '#migrations',
      error,
      file: `/var/lib/lockkeeper/runs/${run}/break-glass.txt`,
      choices: ['wait', 'back-out', 'go-on'],
    },
  })
})

test('a Slack that takes nothing is asked about in a while', async () => {
  const run = await startRun()
  await card(run, 'due')
  expect(await asks(run, { onItsWay: 50 })).toMatchObject({ question: { error: null } })
})

test('nothing is asked without Slack, nor of a run that is told to stop', async () => {
  const run = await startRun()
  await card(run, 'refused', 'no_text')
  expect(await asks(run, {}, never, { ...withSlack, slack: null })).toBeNull()
  await card(run, 'due')
  expect(await asks(run, { refused: 3_600_000 }, AbortSignal.abort())).toBeNull()
})

/** Drives the run until it asks or ends. */
async function drives(run: string): Promise<string[]> {
  const performed: string[] = []
  const perform = async (at: At<Kind>) => {
    performed.push(at.step.id)
    return done({} as never)
  }
  const kinds = new Proxy({}, { get: () => ({ resume: 'retry', perform }) }) as StepKinds
  const taken = await raiseFence(pool, run)
  if (!taken) throw new Error(`${run} has ended`)
  const environment = { HRMS_MASTER_URL: store.url.replace(/[^/]+$/, 'hrms_master'), SMTP_PASSWORD: 'x' }
  const log = pino({ level: 'silent' })
  const secrets = makeSecrets([], environment)
  await drive({ pool, kinds, config: withSlack, environment, secrets, log }, makeDrive(run), taken)
  return performed
}

async function refusedCard(): Promise<string> {
  const run = await startRun()
  await card(run, 'refused', 'restricted_action')
  expect(await drives(run)).not.toContain('stop')
  expect(await runById(pool, run)).toMatchObject({ windowBegan: null })
  return run
}

test('no service stops before its card is delivered: people are asked, and the run goes on when it is', async () => {
  const run = await refusedCard()
  const gate = await openGateOf(pool, run)
  expect(gate?.question).toMatchObject({ code: 'card-undelivered', error: 'restricted_action' })
  await answerDelivered(pool)
  expect(await openGateOf(pool, run)).toMatchObject({ id: gate?.id })
  await card(run, 'sent')
  await answerDelivered(pool)
  expect(await openGateOf(pool, run)).toBeNull()
  expect(await drives(run)).toContain('stop')
  expect((await runById(pool, run))?.ending).toBe('done')
})

test('a service stops without its card where a person says so', async () => {
  const run = await refusedCard()
  const said = await answer(pool, { gate: { run }, choice: 'go-on', caller: asha })
  expect(said.ok).toBe(true)
  expect(await drives(run)).toContain('stop')
  const stops = (await attemptsOf(pool, run)).filter((attempt) => attempt.step === 'stop')
  expect(stops.map(({ outcome }) => outcome?.status)).toEqual(['asks', 'done'])
})

test('a run whose card is not delivered can go back: nothing was stopped', async () => {
  const run = await refusedCard()
  await answer(pool, { gate: { run }, choice: 'back-out', caller: asha })
  expect(await drives(run)).not.toContain('stop')
  expect(await runById(pool, run)).toMatchObject({ ending: 'backed-out', windowBegan: null })
})
