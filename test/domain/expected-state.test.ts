import { describe, expect, test } from 'vitest'
import type { Debt } from '../../src/domain/debt.ts'
import { expectedState, type ExpectedState } from '../../src/domain/expected-state.ts'
import { done, failed, unneeded, type Outcome } from '../../src/domain/outcome.ts'
import type { Choice } from '../../src/domain/choice.ts'
import type { Question } from '../../src/domain/question.ts'
import type { Attempt } from '../../src/domain/run.ts'
import type { Problem } from '../../src/domain/problem.ts'
import type { RunKind } from '../../src/domain/plan.ts'
import type { Route, Step } from '../../src/domain/step.ts'
import { answer, at, attempt, plan } from '../views/sample.ts'

const debts: Debt[] = [
  {
    target: '7/1',
    run: '7F3A-1',
    plannedAt: at('03:00:50'),
    takenAt: at('03:01:12'),
    settledAt: null,
    owes: 'service',
    what: 'service hrms-api',
    was: { instances: 1, process: '100/a' },
  },
]

const { routes } = plan().approved

/** As each kind of step records that it is done. */
function doneOf({ kind }: Step): Outcome {
  if (kind === 'migrate') return done({ saved: [] })
  if (kind === 'smoke') return done({ passed: [], seconds: 1, processes: { 'hrms-api': '200/b' } })
  return done({})
}

const before = (id: string, steps: readonly Step[] = routes.forward): readonly Step[] =>
  steps.slice(
    0,
    steps.findIndex((step) => step.id === id),
  )

const allDone = (steps: readonly Step[]): Attempt[] => steps.map((step) => attempt(step.id, doneOf(step)))

const expected = (record: readonly Attempt[], kind: RunKind = 'migrate'): string =>
  words(expectedState({ approved: plan({ kind }).approved, record, debts }, null))

function words({ history, access, services, archives }: ExpectedState): string {
  const position = history === null ? 'any' : 'at' in history ? history.at : JSON.stringify(history)
  const service = services.get('hrms-api')
  const its = service && 'process' in service && service.process ? ` (${service.process})` : ''
  return [
    `history ${position}`,
    ...(access ? [`access ${access.join(' or ')}`] : []),
    ...(service ? [`${service.is}${its}`] : []),
    ...[...archives].map(([table, rows]) => `${rows} rows in ${table}`),
  ].join(', ')
}

/** What is expected when the process died in a step of a way, all steps before it being done. */
function diedAt(route: Route, id: string, earlier: readonly Attempt[] = []): string {
  const steps = routes[route] ?? []
  const place = steps.findIndex((step) => step.id === id)
  return expected([...earlier, ...allDone(steps.slice(0, place)), attempt(id, null, { lives: 2 })])
}

describe('a process died in a step: what was before it and what is after it are both expected', () => {
  test.each([
    ['card', 'history from'],
    ['stop:hrms-api', 'history from, stopping (100/a)'],
    ['close', 'history from, access as-before or closed, stopped'],
    ['drain', 'history from, access closed, stopped'],
    ['before', 'history from, access closed, stopped'],
    ['deadline', 'history from, access closed, stopped'],
    ['migrate', 'history any, access closed, stopped'],
    ['verify', 'history to, access closed, stopped'],
    ['open', 'history to, access closed or application-only, stopped'],
    ['start:hrms-api', 'history to, access application-only'],
    ['smoke', 'history to, access application-only, started'],
    ['admit', 'history to, access application-only or as-before, tested (200/b)'],
  ])('forward, at %s: %s', (id, state) => {
    expect(diedAt('forward', id)).toBe(state)
  })

  test('forward, at the end: access is whoever’s again', () => {
    expect(expected(allDone(routes.forward))).toBe('history to, tested (200/b)')
  })

  const drained = [
    ...allDone(before('drain')),
    attempt('drain', failed({ code: 'cancelled', by: 'U_MEI' }), { answer: answer({ choice: 'back-out' }) }),
  ]
  test.each([
    ['back-out.verify', 'history from, access closed, stopped'],
    ['back-out.open', 'history from, access closed or application-only, stopped'],
    ['back-out.start:hrms-api', 'history from, access application-only'],
    ['back-out.smoke', 'history from, access application-only, started'],
    ['back-out.admit', 'history from, access application-only or as-before, tested (200/b)'],
  ])('back, at %s: %s', (id, state) => {
    expect(diedAt('back-out', id, drained)).toBe(state)
  })

  const tested = [
    ...allDone(routes.forward.slice(0, -2)),
    attempt('smoke', failed({ code: 'cancelled', by: 'U_MEI' }), { answer: answer({ choice: 'roll-back' }) }),
  ]
  test.each([
    ['roll-back.stop:hrms-api', 'history to, access application-only, stopping (100/a)'],
    ['roll-back.close', 'history to, access application-only or closed, stopped'],
    ['roll-back.drain', 'history to, access closed, stopped'],
    ['roll-back.migrate', 'history any, access closed, stopped'],
    ['roll-back.verify', 'history from, access closed, stopped'],
    ['roll-back.smoke', 'history from, access application-only, started'],
  ])('rolling back, at %s: %s', (id, state) => {
    expect(diedAt('roll-back', id, tested)).toBe(state)
  })
})

test('a process that died right after a start had closed its undo entry: the service counts as started', () => {
  const steps = routes.forward.slice(
    0,
    routes.forward.findIndex(({ kind }) => kind === 'start'),
  )
  const started = attempt('start:hrms-api', unneeded('nothing-taken'), { lives: 2 })
  expect(expected([...allDone(steps), started])).toBe('history to, access application-only, started')
})

describe('how far a migration came is known by what its attempt says', () => {
  const after = (outcome: Outcome) => expected([...allDone(before('migrate')), attempt('migrate', outcome)])
  const problem: Problem = { code: 'sessions-came-back', sessions: [] }
  test.each<[string, Outcome, string]>([
    ['it is at its begin', { ...failed(problem), reached: { at: 'from' } }, 'from'],
    ['it committed a part', { ...failed(problem), reached: { between: '1_A' } }, '{"between":"1_A"}'],
    ['nobody knows', { ...failed(problem), reached: { unknown: 'session-lost' } }, 'any'],
    ['a bug', failed({ code: 'bug', reference: 'a1' }), 'any'],
    ['nothing was begun', failed(problem), 'from'],
  ])('%s', (_, outcome, position) => {
    expect(after(outcome)).toBe(`history ${position}, access closed, stopped`)
  })

  test('a rollback begins at its own end of the move', () => {
    const { forward } = plan({ kind: 'rollback' }).approved.routes
    expect(expected(allDone(before('verify', forward)), 'rollback')).toBe(
      'history to, access closed, stopped',
    )
  })

  test('archived rows stay where they are', () => {
    const saved = [{ table: 'lockkeeper_kept."7F3A-1_T"', rows: 3 }]
    const record = [...allDone(before('migrate')), attempt('migrate', done({ saved }))]
    expect(expected(record)).toBe('history to, access closed, stopped, 3 rows in lockkeeper_kept."7F3A-1_T"')
  })
})

describe('what people were shown and decided on may be anything, until a step sets it again', () => {
  const question = (
    about: 'history' | 'access' | 'service',
    what: string,
    repeats: string[] = [],
  ): Question => ({
    code: 'unexpected-state',
    differences: [{ about, what, expected: 'a', found: 'b' }],
    notUndone: [],
    repeats,
    choices: ['go-on'],
  })
  const upTo = (step: string) => allDone(before(step))
  const asked = (step: string, asks: Question, choice: Choice | null, lives = 1) =>
    attempt(step, { status: 'asks', question: asks }, { answer: choice && answer({ choice }), lives })

  test.each<[string, Choice | null, string]>([
    ['not answered', null, 'history to, access closed, stopped'],
    ['looked at again', 'retry', 'history to, access closed, stopped'],
    ['gone on with', 'go-on', 'history any, access closed, stopped'],
    ['gone back on', 'roll-back', 'history any, access closed, stopped'],
  ])('a history that was %s', (_, choice, state) => {
    expect(
      expected([...upTo('verify'), asked('verify', question('history', 'migration history'), choice)]),
    ).toBe(state)
  })

  test('a service that somebody started is theirs; stopped again, it is stopped', () => {
    const gone = [...upTo('verify'), asked('verify', question('service', 'service hrms-api'), 'go-on')]
    expect(expected(gone)).toBe('history to, access closed')
    expect(expected([...gone, attempt('stop:hrms-api', done({}), { attempt: 2 })])).toBe(
      'history to, access closed, stopped',
    )
  })

  test('a difference that a step of ours asked about itself is not asked about again', () => {
    const what = 'access to hrms_master'
    const theirs: Question = {
      code: 'changed-meanwhile',
      what,
      expected: 'a',
      found: 'b',
      choices: ['go-on'],
    }
    expect(expected([...upTo('smoke'), asked('admit', theirs, 'go-on')])).toBe('history to, started')
  })

  test('an attempt that asked did nothing, unless a process before had begun it', () => {
    const asks = question('service', 'service hrms-api')
    expect(expected([...upTo('migrate'), asked('migrate', asks, 'retry')])).toBe(
      'history from, access closed, stopped',
    )
    expect(expected([...upTo('migrate'), asked('migrate', asks, 'retry', 2)])).toBe(
      'history any, access closed, stopped',
    )
  })
})

test('a service that did not run before the run is nobody’s matter', () => {
  const record = [...allDone(before('stop:hrms-api')), attempt('stop:hrms-api', unneeded('already-so'))]
  expect(expected([...record, attempt('start:hrms-api', unneeded('nothing-taken'))])).toBe('history from')
})
