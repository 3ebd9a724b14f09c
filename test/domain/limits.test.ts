import { expect, test } from 'vitest'
import { limitOf } from '../../src/domain/limits.ts'
import type { Kind, Parameters } from '../../src/domain/step.ts'
import { samplePlan, step } from '../plans.ts'

const plan = samplePlan()
const [service] = plan.approved.runbook.services
service!.stop = { signal: 'SIGTERM', within: 20_000, watch: 3_000 }
service!.health.within = 90_000
Object.assign(plan.approved.runbook.window, { lockTimeout: 500, lockAttempts: 10, statementTimeout: 900_000 })
plan.approved.runbook.functional = [
  { name: 'a', expect: { within: 5_000 } },
  { name: 'b', only: 'after', expect: { within: 2_500 } },
] as typeof plan.approved.runbook.functional
plan.measured.databaseBytes = 2.5e9

const limit = <K extends Kind>(kind: K, given: Partial<Parameters[K]> = {}) =>
  limitOf(step(kind, given), plan)

test('a step may take as long as its runbook gives it', () => {
  expect(limit('stop', { service: 'hrms-api' })).toBe(23)
  expect(limit('start', { service: 'hrms-api' })).toBe(90)
  expect(limit('drain', { seconds: 30 })).toBe(30)
  expect(limit('migrate')).toBe(905)
  expect(limit('verify')).toBe(900)
  expect(limit('before')).toBe(900)
  expect(limit('release')).toBe(1800)
  expect(limit('baseline')).toBe(65)
  expect(limit('smoke', { as: 'before' })).toBe(5)
  expect(limit('smoke', { as: 'after' })).toBe(7.5)
})

test('a backup may take as long as its database is large, a check as long as it may count, and the rest a minute', () => {
  expect(limit('backup')).toBe(160)
  expect(limit('check')).toBe(900)
  for (const kind of ['claim', 'card', 'close', 'deadline', 'open', 'admit'] as const)
    expect(limit(kind), kind).toBe(60)
})

test('a step of a kind that this release does not know may take a minute', () => {
  expect(limit('pause' as Kind)).toBe(60)
})
