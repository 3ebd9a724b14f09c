import { describe, expect, it } from 'vitest'
import { estimate, neededFromMigrate } from '../../src/plan/estimates.ts'
import { routesFor } from '../../src/plan/routes.ts'
import { exampleRunbook } from './runbooks.ts'

const runbook = await exampleRunbook()
const routes = routesFor(runbook, 'migrate', { hasDown: true, accepted: null, needsSeconds: 0 })
const sizes = { databaseBytes: 0, countedRows: 0, requests: { before: 0, after: 0 }, checks: [] }
const of = (
  step: string,
  ...given: Parameters<typeof estimate> extends [unknown, ...infer Rest] ? Rest : never
) => estimate(routes, ...given).find((each) => each.step === step)

describe('an estimate', () => {
  it('is there for every step of every way', () => {
    const steps = [...routes.forward, ...routes['back-out']!, ...routes['roll-back']!]
    expect(estimate(routes, sizes, []).map((each) => each.step)).toEqual(steps.map((step) => step.id))
  })

  it('is what such a step took in earlier runs, the middle one of several', () => {
    const earlier = [
      { kind: 'start', seconds: 90 },
      { kind: 'start', seconds: 4 },
      { kind: 'start', seconds: 5 },
      { kind: 'stop', seconds: 1 },
      { kind: 'stop', seconds: 2 },
    ]
    expect(of('start:hrms-api', sizes, earlier)).toEqual({
      step: 'start:hrms-api',
      seconds: 5,
      from: 'earlier run',
    })
    expect(of('back-out.start:hrms-api', sizes, earlier)).toMatchObject({ seconds: 5, from: 'earlier run' })
    expect(of('stop:hrms-api', sizes, earlier)).toMatchObject({ seconds: 1.5, from: 'earlier run' })
  })

  it('comes from the size where nothing ran yet', () => {
    expect(of('backup', { ...sizes, databaseBytes: 500e6 }, [])).toEqual({
      step: 'backup',
      seconds: 11,
      from: 'size',
    })
    expect(of('before', { ...sizes, countedRows: 50e6 }, [])).toMatchObject({ seconds: 10.3, from: 'size' })
    const requests = { before: 0, after: 5 }
    expect(of('smoke', { ...sizes, requests }, [])).toMatchObject({ seconds: 3.5, from: 'size' })
    expect(of('roll-back.smoke', { ...sizes, requests }, [])).toMatchObject({ from: 'guess' })
  })

  it('of migrate knows of tables that are rewritten or read as a whole; the way down is not said to be one', () => {
    const about = { table: 's.t', statement: 'ALTER TABLE', rows: 1, bytes: 250e6 }
    const checks = [
      {
        name: 'Statements',
        findings: [
          { level: 'warning' as const, problem: { code: 'rewrites-table' as const, ...about } },
          { level: 'warning' as const, problem: { code: 'scans-table' as const, ...about } },
        ],
      },
    ]
    expect(of('migrate', { ...sizes, checks }, [])).toMatchObject({ seconds: 11.5, from: 'size' })
    expect(of('roll-back.migrate', { ...sizes, checks }, [])).toMatchObject({ from: 'guess' })
  })

  it('is called a guess where it is one', () => {
    expect(of('admit', sizes, [])).toEqual({ step: 'admit', seconds: 0.2, from: 'guess' })
  })
})

describe('the time that must be left when the migration begins', () => {
  const earlier = (seconds: number) => routes.forward.map((step) => ({ kind: step.kind, seconds }))

  it('holds the migration, all that follows, and the way back, in tens of seconds', () => {
    // migrate, verify, open, release, start, smoke, admit; and on the way back the same seven after stop, close and drain
    expect(neededFromMigrate(routes, estimate(routes, sizes, earlier(3)), 'migrate')).toBe(60)
    expect(neededFromMigrate(routes, estimate(routes, sizes, earlier(2.9)), 'migrate')).toBe(50)
  })

  it('holds the way out where there is no way down', () => {
    const without = routesFor(runbook, 'migrate', { hasDown: false, accepted: null, needsSeconds: 0 })
    expect(neededFromMigrate(without, estimate(without, sizes, earlier(10)), 'migrate')).toBe(130)
  })

  it('is none for a backup', () =>
    expect(neededFromMigrate({ forward: [], 'back-out': [], 'roll-back': null }, [], 'backup')).toBe(0))
})
