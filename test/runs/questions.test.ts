import { describe, expect, test } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import type { Reached } from '../../src/domain/reached.ts'
import type { Attempt, Run } from '../../src/domain/run.ts'
import type { Routes, Step } from '../../src/domain/step.ts'
import { completed, questionAfterFailure } from '../../src/runs/questions.ts'
import { samplePlan, smallRoutes, step } from '../plans.ts'

const runOf = (given: Partial<Run> = {}, routes: Routes = smallRoutes()): Run => ({
  id: '7F3A-1',
  plan: samplePlan({ routes }),
  target: 'target',
  startedBy: 'U_ASHA',
  holder: 'U_ASHA',
  heldSince: null,
  heldUntil: null,
  notBefore: null,
  startedAt: '2025-11-13T03:01:00.000Z',
  windowBegan: '2025-11-13T03:01:12.000Z',
  deadline: '2025-11-13T03:31:12.000Z',
  cancelBy: null,
  endedAt: null,
  ending: null,
  version: 1,
  ...given,
})

const attempt = (step: string, outcome: Attempt['outcome'], answer: Attempt['answer'] = null): Attempt => ({
  step,
  attempt: 1,
  lives: 1,
  beganAt: '2025-11-13T03:01:12.000Z',
  endedAt: '2025-11-13T03:01:13.000Z',
  outcome,
  answer,
  progress: null,
})

const problem: Problem = { code: 'bug', reference: '1234abcd' }

/** All steps before this one are done; this one failed. */
function failedAt(id: string, of: Problem = problem, routes: Routes = smallRoutes()) {
  const at = routes.forward.findIndex((step) => step.id === id)
  const record = [
    ...routes.forward.slice(0, at).map((step) => attempt(step.id, { status: 'done', facts: {} })),
    attempt(id, { status: 'failed', problem: of }),
  ]
  return { record, step: routes.forward[at] as Step }
}

const asked = (id: string, of: Problem = problem, run: Run = runOf()) => {
  const { record, step } = failedAt(id, of, run.plan.approved.routes)
  return questionAfterFailure(run, record, step, of)
}

describe('what a failed step asks (step-failed)', () => {
  test('before migrate: again, or everything back, which the clock does at the deadline', () => {
    expect(asked('drain')).toEqual({
      code: 'step-failed',
      problem,
      choices: ['retry', 'back-out', 'leave'],
      lapses: { at: '2025-11-13T03:31:12.000Z', as: 'back-out' },
    })
  })

  test('before the window there is nothing to leave down, and no deadline', () => {
    expect(asked('backup', problem, runOf({ windowBegan: null, deadline: null }))).toEqual({
      code: 'step-failed',
      problem,
      choices: ['retry', 'back-out'],
    })
  })

  test('after migrate the way back is down, and the clock never takes it', () => {
    const question = asked('start')
    expect(question.choices).toEqual(['retry', 'roll-back', 'leave'])
    expect(question.lapses).toBeUndefined()
  })

  test('a verification that fails where there is no way back may be passed over: there must be a way out', () => {
    const routes = smallRoutes()
    const at = routes.forward.findIndex(({ kind }) => kind === 'start')
    routes.forward.splice(at, 0, step('verify'))
    expect(asked('verify', problem, runOf({}, routes)).choices).toEqual(['retry', 'roll-back', 'leave'])
    const only = { ...routes, 'roll-back': null }
    expect(asked('verify', problem, runOf({}, only)).choices).toEqual([
      'retry',
      'go-on',
      'end-as-is',
      'leave',
    ])
  })

  test('a check of the database that fails may be passed over by a person, also where there is a way back', () => {
    const routes = smallRoutes()
    const at = routes.forward.findIndex(({ kind }) => kind === 'start')
    routes.forward.splice(at, 0, step('verify'))
    const failed: Problem = { code: 'verification-failed', failed: [] }
    expect(asked('verify', failed, runOf({}, routes)).choices).toEqual([
      'retry',
      'roll-back',
      'go-on',
      'leave',
    ])
  })

  /** Migrate failed, or asks, and left the history there. */
  const leftAt = (reached: Reached, given: Routes = smallRoutes()) => {
    const { record, step } = failedAt('migrate', problem, given)
    const tried = record.map((each) =>
      each.step === 'migrate' ? attempt('migrate', { status: 'failed', problem, reached }) : each,
    )
    return { run: runOf({}, given), record: tried, step }
  }
  const askedAt = (reached: Reached, given?: Routes) => {
    const { run, record, step } = leftAt(reached, given)
    return questionAfterFailure(run, record, step, problem)
  }

  test('between two migrations the way back is down; where there is none, there is only forward', () => {
    const choices = ['retry', 'roll-back', 'leave']
    expect(askedAt({ between: '1_A' })).toEqual({ code: 'step-failed', problem, choices })
    expect(askedAt({ at: 'to' })).toEqual({ code: 'step-failed', problem, choices })
    const only = { ...smallRoutes(), 'roll-back': null }
    expect(askedAt({ between: '1_A' }, only).choices).toEqual(['retry', 'end-as-is', 'leave'])
  })

  test('a later try that cannot tell does not make it forgotten; one that finds the beginning does', () => {
    const { run, record, step } = leftAt({ between: '1_A' })
    const tried = (reached: Reached) => [
      ...record,
      attempt('migrate', { status: 'failed', problem, reached }),
    ]
    const after = (reached: Reached) => questionAfterFailure(run, tried(reached), step, problem)
    expect(after({ unknown: 'target-unreachable' }).choices).toContain('roll-back')
    expect(after({ at: 'from' })).toMatchObject({ choices: ['retry', 'back-out', 'leave'], lapses: {} })
  })

  test('half a migration, or what nobody knows, is gone back from by people, never by the clock', () => {
    for (const reached of [{ half: '1_A' }, { unknown: '9_Z' }])
      expect(askedAt(reached)).toEqual({
        code: 'step-failed',
        problem,
        choices: ['retry', 'back-out', 'leave'],
      })
    expect(askedAt({ at: 'from' }).lapses).toMatchObject({ as: 'back-out' })
  })

  test('what a dead process left between two migrations is taken back too; what nobody knows is not', () => {
    const { run, record, step } = leftAt({ between: '1_A' })
    const had = { code: 'had-begun', began: '', choices: ['retry', 'back-out', 'leave'] } as const
    const question = { ...had, choices: [...had.choices] }
    expect(completed(run, record, step, question)).toEqual({
      ...question,
      choices: ['retry', 'roll-back', 'leave'],
    })
    expect(completed(run, leftAt({ half: '1_A' }).record, step, question)).toEqual({
      ...question,
      choices: ['retry', 'leave'],
    })
  })

  test('without a way down there is only forward, or an end as it is', () => {
    const routes = { ...smallRoutes(), 'roll-back': null }
    expect(asked('start', problem, runOf({}, routes)).choices).toEqual(['retry', 'end-as-is', 'leave'])
  })

  test('checks of the application may be passed over by a person; the migration may not', () => {
    expect(asked('smoke').choices).toEqual(['retry', 'roll-back', 'go-on', 'leave'])
    expect(asked('migrate').choices).not.toContain('go-on')
  })

  test('nobody goes on over an application that does not run: who waits would be told that it is available', () => {
    const ended: Problem = { code: 'service-ended', service: 'hrms-api', seconds: 1 }
    expect(asked('smoke', ended).choices).toEqual(['retry', 'roll-back', 'leave'])
  })

  test('sessions that block the migration may be ended first; without one there is nobody to end', () => {
    const blocked = (pids: number[]): Problem => ({
      code: 'lock-timeout',
      statement: 'ALTER TABLE',
      attempts: 10,
      seconds: 60,
      sqlstate: '55P03',
      blockers: pids.map((pid) => ({ pid }) as never),
    })
    expect(asked('migrate', blocked([4242])).choices).toEqual(['terminate', 'retry', 'back-out', 'leave'])
    expect(asked('migrate', blocked([])).choices).toEqual(['retry', 'back-out', 'leave'])
  })
})

test('a step’s own question names the way back that is open now, once, or none on a way back', () => {
  const { record, step } = failedAt('smoke')
  const question = { code: 'before-admit', passed: 3, choices: ['go-on', 'back-out', 'roll-back'] } as const
  const given = { ...question, choices: [...question.choices] }
  expect(completed(runOf(), record, step, given).choices).toEqual(['go-on', 'roll-back'])
  const back = [
    ...record.slice(0, -1),
    attempt('smoke', { status: 'failed', problem }, { choice: 'roll-back', by: 'U_ASHA', via: 'slack' }),
  ]
  expect(completed(runOf(), back, step, given).choices).toEqual(['go-on'])
})
