import { describe, expect, it } from 'vitest'
import type { Runbook } from '../../src/domain/runbook.ts'
import type { Step } from '../../src/domain/step.ts'
import { routesFor } from '../../src/plan/routes.ts'
import { exampleRunbook } from './runbooks.ts'

const runbook = await exampleRunbook()
const facts = { hasDown: true, accepted: null, needsSeconds: 20 }
const ids = (steps: readonly Step[] | null) => steps?.map((step) => step.id) ?? null

/** The example with a second service, which has no releases of its own. */
const withTwo: Runbook = {
  ...runbook,
  services: [...runbook.services, { ...runbook.services[0]!, name: 'hrms-worker', release: undefined }],
}

describe('the steps of a migration', () => {
  const { forward, 'back-out': backOut, 'roll-back': rollBack } = routesFor(runbook, 'migrate', facts)

  it('go from the backup to letting users in', () => {
    expect(ids(forward)).toEqual([
      'backup',
      'check',
      'claim',
      'card',
      'baseline',
      'stop:hrms-api',
      'close',
      'drain',
      'before',
      'deadline',
      'migrate',
      'verify',
      'open',
      'release:hrms-api',
      'start:hrms-api',
      'smoke',
      'admit',
    ])
  })

  it('leave users in until the first service stops', () => {
    expect(forward.filter((step) => !step.inWindow).map((step) => step.id)).toEqual([
      'backup',
      'check',
      'claim',
      'card',
      'baseline',
    ])
  })

  it('carry what each of them needs to know', () => {
    const given = Object.fromEntries(forward.map((step) => [step.id, step.with]))
    expect(given).toMatchObject({
      'stop:hrms-api': { service: 'hrms-api' },
      drain: { seconds: 10 },
      deadline: { needsSeconds: 20 },
      migrate: { direction: 'up', accepted: null },
      verify: { as: 'after' },
      'release:hrms-api': { service: 'hrms-api', to: 'after' },
      admit: { holds: false },
    })
  })

  it('hold before admit only where the runbook wants it, and only on the way forward', () => {
    const holding = { ...runbook, window: { ...runbook.window, holdBeforeAdmit: true } }
    const routes = routesFor(holding, 'migrate', facts)
    expect(routes.forward.at(-1)?.with).toEqual({ holds: true })
    expect(routes['back-out']?.at(-1)?.with).toEqual({ holds: false })
    expect(routes['roll-back']?.at(-1)?.with).toEqual({ holds: false })
  })

  it('back out by giving everything back, the database looked at first', () => {
    expect(ids(backOut)).toEqual([
      'back-out.verify',
      'back-out.open',
      'back-out.release:hrms-api',
      'back-out.start:hrms-api',
      'back-out.smoke',
      'back-out.admit',
    ])
    expect(backOut?.map((step) => step.with)).toMatchObject([
      { as: 'before' },
      {},
      { to: 'before' },
      {},
      {},
      {},
    ])
  })

  it('roll back from wherever they are: stop what is up again, migrate down, lose nothing unasked', () => {
    expect(ids(rollBack)).toEqual([
      'roll-back.stop:hrms-api',
      'roll-back.close',
      'roll-back.drain',
      'roll-back.migrate',
      'roll-back.verify',
      'roll-back.open',
      'roll-back.release:hrms-api',
      'roll-back.start:hrms-api',
      'roll-back.smoke',
      'roll-back.admit',
    ])
    expect(rollBack?.find(({ kind }) => kind === 'migrate')?.with).toEqual({ direction: 'down', accepted: 0 })
    expect(rollBack?.find(({ kind }) => kind === 'verify')?.with).toEqual({ as: 'before' })
  })

  it('know no way to roll back without a way down', () => {
    expect(routesFor(runbook, 'migrate', { ...facts, hasDown: false })['roll-back']).toBeNull()
  })

  it('stop services in the runbook’s order and start them in the opposite one; deploy those that have releases', () => {
    const routes = routesFor(withTwo, 'migrate', facts)
    const about = (steps: readonly Step[]) =>
      steps.filter((step) => /stop|start|release/.test(step.kind)).map((step) => step.id)
    expect(about(routes.forward)).toEqual([
      'stop:hrms-api',
      'stop:hrms-worker',
      'release:hrms-api',
      'start:hrms-worker',
      'start:hrms-api',
    ])
  })
})

describe('the steps of a rollback after admit', () => {
  const routes = routesFor(runbook, 'rollback', { ...facts, accepted: 212 })

  it('are those of a migration, downwards, with the loss that was accepted', () => {
    const migrates = routesFor(runbook, 'migrate', facts).forward
    expect(ids(routes.forward)).toEqual(ids(migrates.filter(({ kind }) => kind !== 'baseline')))
    const given = Object.fromEntries(routes.forward.map((step) => [step.id, step.with]))
    expect(given).toMatchObject({
      migrate: { direction: 'down', accepted: 212 },
      verify: { as: 'before' },
      'release:hrms-api': { to: 'before' },
    })
  })

  it('back out to the migrated database, and have no further way back', () => {
    expect(routes['back-out']?.map((step) => step.with)).toMatchObject([
      { as: 'after' },
      {},
      { to: 'after' },
      {},
      {},
      {},
    ])
    expect(routes['roll-back']).toBeNull()
  })
})

it('a backup is one step, before any window, with nothing to give back', () => {
  expect(routesFor(runbook, 'backup', { ...facts, hasDown: false })).toEqual({
    forward: [{ id: 'backup', kind: 'backup', with: {}, inWindow: false }],
    'back-out': [],
    'roll-back': null,
  })
})

describe.each(['migrate', 'rollback', 'backup'] as const)('whatever the kind of run (%s)', (kind) => {
  const routes = routesFor(withTwo, kind, facts)
  const all = [...routes.forward, ...(routes['back-out'] ?? []), ...(routes['roll-back'] ?? [])]

  it('the same runbook gives the same steps, each with an id of its own', () => {
    expect(routesFor(withTwo, kind, facts)).toEqual(routes)
    expect(new Set(all.map((step) => step.id)).size).toBe(all.length)
  })

  it('every way that stops services starts each of them again, and ends by letting users in', () => {
    if (kind === 'backup') return
    for (const way of [routes.forward, routes['back-out'], routes['roll-back']]) {
      if (!way) continue
      const started = way.filter((step) => step.kind === 'start').map((step) => step.with)
      expect(started).toEqual([{ service: 'hrms-worker' }, { service: 'hrms-api' }])
      expect(way.at(-1)?.kind).toBe('admit')
    }
  })

  it('nothing is started before the database was looked at', () => {
    for (const way of [routes['back-out'], routes['roll-back']]) {
      const kinds = way?.map((step) => step.kind) ?? []
      expect(kinds.indexOf('verify')).toBeLessThanOrEqual(kinds.indexOf('start'))
    }
  })
})
