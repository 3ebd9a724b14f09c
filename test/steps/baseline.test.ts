import { afterEach, expect, test } from 'vitest'
import type { Choice } from '../../src/domain/choice.ts'
import { lastAttempt } from '../../src/domain/route.ts'
import { gateId } from '../../src/domain/run.ts'
import type { Done } from '../../src/domain/step.ts'
import { makePlan } from '../../src/plan/make.ts'
import { next } from '../../src/runs/next.ts'
import { questionAfterFailure } from '../../src/runs/questions.ts'
import { gateView } from '../../src/views/run/gate.ts'
import { stepView } from '../../src/views/run/step.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { valueOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

// Whole runs on a real application that does not answer as its runbook expects, and its database.

let scene: Scene
afterEach(() => scene.end())

/** The application is up when the plan is made. */
async function begin(
  paths: string[],
  answers = 200,
  change: (written: any) => void = () => {},
): Promise<void> {
  scene = await makeScene({
    change(written) {
      const url = 'http://127.0.0.1:{HRMS_PORT}'
      delete written.backup.free
      delete written.services[0].release
      written.services[0].start = [process.execPath, 'test/fixtures/serves-login.ts']
      written.services[0].health = { url: `${url}/health`, every: '50ms', within: '60s' }
      written.functional = paths.map((path) => ({
        name: path,
        url: `${url}/${path}`,
        expect: { within: '60s' },
      }))
      change(written)
    },
  })
  await up(answers)
  scene.run.plan = valueOf(
    await makePlan({
      runbook: scene.runbook,
      kind: 'migrate',
      id: '7F3A',
      author: 'U_ASHA',
      now: new Date().toISOString(),
      environment: scene.environment,
      backups: { folder: scene.world.backups.folder },
      builds: scene.world.builds,
      earlier: [],
      ours: null,
    }),
  )
  scene.run.windowBegan = new Date().toISOString()
}

async function up(answers: number): Promise<void> {
  await scene.service.start(1, new AbortController().signal)
  await expect
    .poll(async () => (await scene.service.answering(new AbortController().signal)).status)
    .toBe(answers)
}

/** Performs the run until it ends, or a step waits for people that `answers` has no answer for. */
async function drive(answers: Record<string, Choice> = {}): Promise<string> {
  for (;;) {
    const turn = next(scene.run.plan.approved.routes, scene.record)
    if (turn.do === 'end') return turn.ending
    if (turn.do === 'perform') await scene.perform(turn.step)
    else if (answers[turn.step.id]) scene.answer(turn.step, answers[turn.step.id]!)
    else return turn.step.id
  }
}

const facts = <K extends 'baseline' | 'smoke'>(step: string): Done[K] | undefined => {
  const outcome = lastAttempt(scene.record, step)?.outcome
  return outcome?.status === 'done' ? (outcome.facts as Done[K]) : undefined
}

/** What people are asked after a step failed, in words. */
function asked(id: string): { choices: Choice[]; words: string } {
  const { run, record } = scene
  const { outcome, attempt, endedAt } = lastAttempt(record, id)!
  const step = run.plan.approved.routes.forward.find((one) => one.id === id)!
  if (outcome?.status !== 'failed') throw new Error(JSON.stringify(outcome))
  const question = questionAfterFailure(run, record, step, outcome.problem)
  const gate = { id: gateId(run.id, id, attempt), run: run.id, step: id, attempt, question }
  const open = { ...gate, openedAt: endedAt!, answer: null, answeredAt: null, leftBy: null, looked: null }
  return { choices: question.choices, words: plainText(gateView(open, run, record)) }
}

const clockOf = (at: string): string => `${at.slice(11, 19)} UTC`

test('a login that failed before the window: the plan warns, the smoke test says so, going on stands first', async () => {
  await begin(['login'])
  const warned = scene.run.plan.measured.checks.flatMap(({ findings }) => findings)
  expect(warned).toContainEqual({
    level: 'warning',
    problem: {
      code: 'baseline-failed',
      failed: [{ name: 'login', expected: '200', saw: '500' }],
      passed: 1,
    },
  })
  expect(await drive()).toBe('smoke')
  const { checks } = facts<'baseline'>('baseline')!
  expect(checks.map(({ name, passed, saw }) => [name, passed, saw])).toEqual([
    ['Health of hrms-api', true, '200'],
    ['login', false, '500'],
  ])
  const looked = lastAttempt(scene.record, 'baseline')!
  const told = plainText(stepView(scene.run, 'baseline', looked.outcome!, looked.endedAt!))
  expect(told).toContain('1 of 2 passed; failing before the window: login')
  expect(told).toContain(`login: expected 200, saw 500 at ${clockOf(checks[1]!.at)}`)
  const { choices, words } = asked('smoke')
  expect(choices[0]).toBe('go-on')
  expect(words).toContain(
    `expected 200, saw 500; it was 500 before the window too, at ${clockOf(checks[1]!.at)}`,
  )
  expect(words).toContain('the migration did not cause it')
  expect(words).not.toContain('Users would meet the same')
  expect(await drive({ smoke: 'go-on' })).toBe('done')
  expect(JSON.stringify([scene.record, scene.run.plan, words])).not.toContain('mei@example.com')
})

test('on the way back, what failed before the window stops nobody again', async () => {
  await begin(['login'])
  expect(await drive({ smoke: 'roll-back' })).toBe('rolled-back')
  expect(facts<'smoke'>('roll-back.smoke')).toMatchObject({
    passed: [{ name: 'Health of hrms-api' }],
    asBefore: [{ name: 'login', saw: '500', before: { passed: false } }],
  })
  const { outcome, endedAt } = lastAttempt(scene.record, 'roll-back.smoke')!
  const words = plainText(stepView(scene.run, 'roll-back.smoke', outcome!, endedAt!))
  expect(words).toContain('1 of 2 passed, 1 failing as before the window')
  expect(words).toMatch(/login: 500, as at \d\d:\d\d:\d\d UTC, before the window/)
})

test('what answered before the window and fails now is told with its time, and going on does not stand first', async () => {
  await begin(['login', 'refresh'])
  expect(await drive()).toBe('smoke')
  const { at } = facts<'baseline'>('baseline')!.checks[2]!
  const { choices, words } = asked('smoke')
  expect(choices).toEqual(['retry', 'roll-back', 'go-on', 'leave'])
  expect(words).toContain(
    `refresh: expected 200, saw 500; it answered 200 at ${clockOf(at)}, before the window`,
  )
  expect(words).toContain('Users would meet the same.')
  expect(await drive({ smoke: 'roll-back' })).toBe('rolled-back')
})

test('health that failed before the window is told so too', async () => {
  await begin([], 500, (written) => {
    written.services[0].health = { url: 'http://127.0.0.1:{HRMS_PORT}/login', every: '50ms', within: '3s' }
  })
  expect(await drive()).toBe('smoke')
  const { choices, words } = asked('smoke')
  expect(choices[0]).toBe('go-on')
  expect(words).toContain('answered 500')
  expect(words).toContain('it was 500 before the window too')
  expect(await drive({ smoke: 'roll-back' })).toBe('rolled-back')
  expect(facts<'smoke'>('roll-back.smoke')).toMatchObject({ asBefore: [{ name: 'Health of hrms-api' }] })
})

test('where no service runs, nothing is asked', async () => {
  await begin(['login'])
  await scene.service.stop(new AbortController().signal, () => {})
  const step = scene.run.plan.approved.routes.forward.find(({ kind }) => kind === 'baseline')!
  expect(await scene.perform(step)).toEqual({ status: 'unneeded', because: 'nothing-runs' })
})
