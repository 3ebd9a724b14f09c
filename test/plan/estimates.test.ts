import { describe, expect, it } from 'vitest'
import { estimate, neededFromMigrate } from '../../src/plan/estimates.ts'
import { hrmsDown, hrmsUp } from '../engines/scripts.ts'
import { routesFor } from '../../src/plan/routes.ts'
import { exampleRunbook } from './runbooks.ts'
import type { EarlierStep } from '../../src/domain/plan.ts'
import type { Move } from '../../src/domain/script.ts'

const [up, down] = await Promise.all([hrmsUp(), hrmsDown()])
const runbook = await exampleRunbook()
const routes = routesFor(runbook, 'migrate', { hasDown: true, accepted: null, needsSeconds: 0 })
const sizes = {
  databaseBytes: 0,
  countedRows: 0,
  requests: { before: 0, after: 0 },
  prepared: null,
  checks: [],
}
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
      { step: 'start:hrms-api', move: null, seconds: 90 },
      { step: 'start:hrms-api', move: null, seconds: 4 },
      { step: 'start:hrms-api', move: null, seconds: 5 },
      { step: 'start:payroll', move: null, seconds: 30 },
      { step: 'stop:hrms-api', move: null, seconds: 1 },
      { step: 'stop:hrms-api', move: null, seconds: 2 },
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

  it('of migrate is what the same move took, and none that another migration took', () => {
    const given = { ...sizes, prepared: { up, down } }
    const took = (move: Move, seconds: number): EarlierStep => ({ step: 'migrate', move, seconds })
    const another = took({ from: up.move.to, to: '20260101000000_Other' }, 90)
    expect(of('migrate', given, [another])).toMatchObject({ seconds: 0.5, from: 'guess' })
    const earlier = [another, took(up.move, 7), took(down.move, 3)]
    expect(of('migrate', given, earlier)).toMatchObject({ seconds: 7, from: 'earlier run' })
    expect(of('roll-back.migrate', given, earlier)).toMatchObject({ seconds: 3, from: 'earlier run' })
  })

  it('of migrate counts its statements', () => {
    const [script] = up.scripts
    const many = { ...up, scripts: Array.from({ length: 1_000 }, () => script!) }
    expect(of('migrate', { ...sizes, prepared: { up: many, down } }, [])).toMatchObject({
      seconds: 6,
      from: 'size',
    })
    expect(of('roll-back.migrate', { ...sizes, prepared: { up, down: many } }, [])).toMatchObject({
      seconds: 6,
    })
  })

  it('is called a guess where it is one', () => {
    expect(of('admit', sizes, [])).toEqual({ step: 'admit', seconds: 0.2, from: 'guess' })
  })
})

describe('the time that must be left when the migration begins', () => {
  const given = { ...sizes, prepared: { up, down } }
  const earlier = (seconds: number): EarlierStep[] => [
    ...routes.forward.map(({ id }) => ({ step: id, move: null, seconds })),
    ...[up, down].map(({ move }) => ({ step: 'migrate', move, seconds })),
  ]

  it('holds the migration, all that follows, and the way back, in tens of seconds', () => {
    // migrate, verify, open, release, start, smoke, admit; and on the way back the same seven after stop, close and drain
    expect(neededFromMigrate(routes, estimate(routes, given, earlier(3)), 'migrate')).toBe(60)
    expect(neededFromMigrate(routes, estimate(routes, given, earlier(2.9)), 'migrate')).toBe(50)
  })

  it('holds the way out where there is no way down', () => {
    const without = routesFor(runbook, 'migrate', { hasDown: false, accepted: null, needsSeconds: 0 })
    expect(neededFromMigrate(without, estimate(without, given, earlier(10)), 'migrate')).toBe(130)
  })

  it('is none for a backup', () =>
    expect(neededFromMigrate({ forward: [], 'back-out': [], 'roll-back': null }, [], 'backup')).toBe(0))
})
