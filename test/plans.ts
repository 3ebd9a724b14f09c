import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { readIdentity } from '../src/adapters/postgres/identity.ts'
import type { Identity } from '../src/domain/identity.ts'
import type { Plan } from '../src/domain/plan.ts'
import { runbookSchema, type Runbook } from '../src/domain/runbook.ts'
import type { Kind, Parameters, Routes, Step } from '../src/domain/step.ts'

/** A step of a made-up plan. */
export const step = <K extends Kind>(
  kind: K,
  given: Partial<Parameters[K]> = {},
  inWindow = true,
  id: string = kind,
): Step => ({ id, kind, with: given, inWindow }) as unknown as Step

/** A few steps that show every turn a run can take. */
export const smallRoutes = (): Routes => ({
  forward: [
    step('backup', {}, false),
    step('claim', {}, false),
    step('stop', { service: 'hrms-api' }),
    step('drain', { seconds: 1 }),
    step('migrate', { direction: 'up', accepted: null }),
    step('start', { service: 'hrms-api' }),
    step('smoke'),
    step('admit', { holds: false }),
  ],
  'back-out': [
    step('verify', { as: 'before' }, true, 'back-out.verify'),
    step('start', { service: 'hrms-api' }, true, 'back-out.start'),
  ],
  'roll-back': [
    step('migrate', { direction: 'down', accepted: null }, true, 'roll-back.migrate'),
    step('start', { service: 'hrms-api' }, true, 'roll-back.start'),
  ],
})

/** The least that a runbook says. */
export function sampleRunbook(given: { database?: string } = {}): Runbook {
  const parsed = runbookSchema.parse({
    name: 'add-security-enhancements',
    title: 'AddSecurityEnhancements',
    migration: '20251113040317_AddSecurityEnhancements',
    purpose: ['Password reset tokens'],
    risk: { complexity: 'medium', level: 'medium-high', rollback: 'easy' },
    product: 'HRMS',
    channel: '#migrations',
    target: {
      url: 'HRMS_MASTER_URL',
      database: given.database ?? 'hrms_master',
      production: true,
      application: { role: 'hrms_app' },
    },
    engine: {
      kind: 'sql',
      folder: './migrations',
      history: { table: 'master."__EFMigrationsHistory"', column: 'MigrationId' },
    },
    services: [
      {
        name: 'hrms-api',
        kind: 'process',
        pidFile: 'hrms.pid',
        start: ['node', 'api.ts'],
        health: { url: 'http://127.0.0.1:1/health' },
      },
    ],
    approvals: [
      { says: 'reviewed', role: 'database-team' },
      { says: 'approved', role: 'cto' },
    ],
  })
  return { ...parsed, folder: '/nowhere' }
}

const nowhere: Identity = {
  systemIdentifier: '7',
  timeline: 1,
  databaseOid: 1,
  database: 'hrms_master',
  host: 'db-prod-1:5432',
}

/** A plan that nobody measured: for what happens to plans, not for what is in them. */
export function samplePlan(
  given: Partial<Plan> & { routes?: Routes; identity?: Identity; runbook?: Runbook } = {},
): Plan {
  const { routes = smallRoutes(), identity = nowhere, runbook = sampleRunbook(), ...rest } = given
  const id = randomBytes(4).toString('hex').toUpperCase()
  return {
    id,
    kind: 'migrate',
    approved: {
      runbook,
      identity,
      serverVersion: '15.18',
      prepared: null,
      history: { table: 'master."__EFMigrationsHistory"', column: 'MigrationId', migrations: [] },
      schema: [],
      routes,
      accepted: null,
    },
    digest: id.repeat(8).toLowerCase(),
    measured: {
      at: new Date().toISOString(),
      databaseBytes: 1_000_000,
      tables: [],
      sessions: [],
      checks: [],
      estimates: [],
      loss: { dropped: [], violating: [], rows: 0 },
    },
    author: 'U_ASHA',
    madeAt: new Date().toISOString(),
    of: null,
    ...rest,
  }
}

/** The identity of a real database of the tests' server. */
export async function identityOf(url: string): Promise<Identity> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await readIdentity(client, new URL(url).host)
  } finally {
    await client.end()
  }
}
