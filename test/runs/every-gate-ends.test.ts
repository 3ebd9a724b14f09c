import { describe, expect, test } from 'vitest'
import type { Choice } from '../../src/domain/choice.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Problem } from '../../src/domain/problem.ts'
import type { Question } from '../../src/domain/question.ts'
import type { Attempt, Run } from '../../src/domain/run.ts'
import type { Route, Step } from '../../src/domain/step.ts'
import { presentRoute, stepsOf } from '../../src/domain/route.ts'
import { routesFor } from '../../src/plan/routes.ts'
import { next } from '../../src/runs/next.ts'
import { completed, questionAfterFailure } from '../../src/runs/questions.ts'
import { run as sampleRun, plan as planOf, session } from '../views/sample.ts'
import { sampleRunbook } from '../plans.ts'

const runbook = sampleRunbook()
runbook.services = [runbook.services[0]!, { ...runbook.services[0]!, name: 'hrms-batch' }]
const facts = { hasDown: true, accepted: null, needsSeconds: 10 }
const routes = {
  'with a down migration': routesFor(runbook, 'migrate', facts),
  'without one': routesFor(runbook, 'migrate', { ...facts, hasDown: false }),
  'of a rollback': routesFor(runbook, 'rollback', { ...facts, accepted: 0 }),
}
const runOf = (given: (typeof routes)['without one']): Run => {
  const plan = planOf()
  return sampleRun({ plan: { ...plan, approved: { ...plan.approved, runbook, routes: given } } })
}

let time = 0
const tried = (step: string, attempt: number, outcome: Outcome, answer: Choice | null = null): Attempt => ({
  step,
  attempt,
  lives: 1,
  beganAt: new Date(++time).toISOString(),
  endedAt: new Date(time).toISOString(),
  outcome,
  answer: answer && { choice: answer, by: 'U_ASHA', via: 'slack' },
  progress: null,
})
const done: Outcome = { status: 'done', facts: {} }

/** The record of a run that has come to this step of this way; what was before is done. */
function cameTo(run: Run, route: Route, step: Step): Attempt[] {
  const { routes: all } = run.plan.approved
  const upTo = (way: readonly Step[], id: string) =>
    way.slice(
      0,
      way.findIndex((one) => one.id === id),
    )
  if (route === 'forward') return upTo(all.forward, step.id).map(({ id }) => tried(id, 1, done))
  const turn = all.forward.find(({ kind }) => kind === (route === 'back-out' ? 'drain' : 'smoke'))!
  const bug: Outcome = { status: 'failed', problem: { code: 'bug', reference: 'x' } }
  return [
    ...upTo(all.forward, turn.id).map(({ id }) => tried(id, 1, done)),
    tried(turn.id, 1, bug, route),
    ...upTo(stepsOf(all, route), step.id).map(({ id }) => tried(id, 1, done)),
  ]
}

/** Gives the answers in turn, then lets every further step be done; each gate after that is answered by the first choice. */
function ends(run: Run, before: Attempt[], step: Step, outcome: Outcome, choice: Choice): string | null {
  const { routes: all } = run.plan.approved
  const record = [...before, tried(step.id, 1, outcome, choice)]
  for (let turns = 0; turns < 100; turns++) {
    const turn = next(all, record)
    if (turn.do === 'end') return turn.ending
    if (turn.do === 'wait') return null
    record.push(tried(turn.step.id, turn.attempt, done))
  }
  return null
}

const questions: { [C in Question['code']]?: (choices: Choice[]) => Question } = {
  'sessions-left': () => ({
    code: 'sessions-left',
    sessions: [session()],
    ended: 0,
    changed: [],
    choices: ['terminate', 'wait', 'back-out'],
  }),
  'new-blockers': () => ({ code: 'new-blockers', problems: [], choices: ['retry', 'back-out', 'leave'] }),
  'before-admit': () => ({ code: 'before-admit', passed: 1, choices: ['go-on', 'roll-back', 'leave'] }),
  'had-begun': () => ({ code: 'had-begun', began: '', choices: ['retry', 'back-out', 'leave'] }),
  'loss-grew': () => ({
    code: 'loss-grew',
    accepted: 0,
    counted: 1,
    choices: ['go-on', 'back-out', 'leave'],
  }),
  'changed-meanwhile': () => ({
    code: 'changed-meanwhile',
    what: 'x',
    expected: 'a',
    found: 'b',
    choices: ['go-on', 'leave'],
  }),
}

const ways: Route[] = ['forward', 'back-out', 'roll-back']
const stubborn = (healthy: boolean): Problem => ({
  code: 'service-will-not-stop',
  service: 'hrms-api',
  pid: 1,
  signal: 'SIGTERM',
  seconds: 30,
  healthy,
})
const places = Object.entries(routes).flatMap(([name, given]) => {
  const run = runOf(given)
  return ways.flatMap((route) => stepsOf(given, route).map((step) => ({ name, run, route, step })))
})

describe('every gate of a run', () => {
  test.each(places)(
    '$name, $route, $step.id: each failure and each question has a choice that ends the run',
    ({ run, route, step }) => {
      const before = cameTo(run, route, step)
      expect(presentRoute(before)).toBe(route)
      const failed: Outcome = { status: 'failed', problem: { code: 'bug', reference: 'x' } }
      const asked: { outcome: Outcome; question: Question }[] = [
        {
          outcome: failed,
          question: questionAfterFailure(run, [...before, tried(step.id, 1, failed)], step, {
            code: 'bug',
            reference: 'x',
          }),
        },
        ...Object.values(questions).map((make) => {
          const outcome: Outcome = { status: 'asks', question: make([]) }
          return {
            outcome,
            question: completed(run, [...before, tried(step.id, 1, outcome)], step, make([])),
          }
        }),
      ]
      for (const { outcome, question } of asked) {
        const endings = question.choices
          .filter((choice) => choice !== 'leave')
          .map((choice) => ends(run, before, step, outcome, choice))
        expect(endings, question.code).not.toHaveLength(0)
        expect(endings, question.code).not.toContain(null)
      }
    },
  )

  test.each(places.filter(({ step }) => step.kind === 'stop' || step.kind === 'start'))(
    '$name, $route, $step.id: a service that never stops is accepted only where it is healthy and fits the database',
    ({ run, route, step }) => {
      const before = cameTo(run, route, step)
      const outcome = (healthy: boolean): Outcome => ({ status: 'failed', problem: stubborn(healthy) })
      const choices = (healthy: boolean) =>
        questionAfterFailure(run, [...before, tried(step.id, 1, outcome(healthy))], step, stubborn(healthy))
          .choices
      expect(choices(false)).not.toContain('accept')
      const hasStopped = before.some((a) => a.step.startsWith('roll-back.stop'))
      const fits = route !== 'roll-back' || (step.kind === 'stop' && !hasStopped)
      expect(choices(true).includes('accept')).toBe(fits)
      if (!fits) return
      const ending =
        route === 'roll-back' ? 'done' : route === 'back-out' || step.kind === 'stop' ? 'backed-out' : 'done'
      expect(ends(run, before, step, outcome(true), 'accept')).toBe(ending)
    },
  )
})
