import type { Attempt, Gate, Run } from '../../src/domain/run.ts'
import type { Answer, Question } from '../../src/domain/question.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Plan, RunKind } from '../../src/domain/plan.ts'
import type { Problem } from '../../src/domain/problem.ts'
import type { SqlError } from '../../src/domain/sql-error.ts'
import type { Prepared } from '../../src/domain/script.ts'
import type { Session } from '../../src/domain/session.ts'
import { done, failed } from '../../src/domain/outcome.ts'
import { gateId } from '../../src/domain/run.ts'
import { routesFor } from '../../src/plan/routes.ts'
import { sampleRunbook } from '../plans.ts'

/** A moment of the night of the sample run. */
export const at = (clock: string): string => `2025-11-13T${clock}.000Z`

export const session = (given: Partial<Session> = {}): Session => ({
  pid: 4242,
  backendStart: '2025-11-13 02:30:00.123456+00',
  xactStart: '2025-11-13 02:39:10.654321+00',
  backendType: 'client backend',
  role: 'reporting',
  application: 'Metabase',
  client: '10.0.0.5',
  state: 'idle in transaction',
  stateSince: at('02:39:10'),
  wrote: false,
  command: 'SELECT',
  ...given,
})

export const sqlError = (given: Partial<SqlError> = {}): SqlError => ({
  sqlstate: '23503',
  condition: 'foreign_key_violation',
  schema: 'master',
  table: 'RefreshTokens',
  column: null,
  constraint: 'FK_RefreshTokens_AdminUsers',
  statement: 'ALTER TABLE master."RefreshTokens" ADD "TenantId" uuid',
  file: 'up.sql',
  line: 12,
  ...given,
})

const alter = 'ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid'

export const prepared = (statements: string[] = [alter]): Prepared => ({
  kind: 'scripts' as const,
  move: { from: '20251111125329_InitialMasterDb', to: '20251113040317_AddSecurityEnhancements' },
  scripts: [
    {
      migration: '20251113040317_AddSecurityEnhancements',
      file: '20251113040317_AddSecurityEnhancements.up.sql',
      sql: statements.join(';\n'),
      sha256: 'aa11',
      units: [
        {
          in: 'transaction' as const,
          statements: [
            { text: 'LOCK TABLE master."__EFMigrationsHistory"', line: 1, from: 'added' as const },
            ...statements.map((text, i) => ({ text, line: i + 2, from: 'file' as const })),
          ],
        },
      ],
    },
  ],
  touches: ['master."RefreshTokens"'],
  adds: [],
  drops: [],
  restores: [],
  keeps: [],
  program: null,
  idempotent: null,
  source: null,
  noticed: [],
  sha256: 'bb22',
})

export function plan(
  given: {
    kind?: RunKind
    problems?: { level: 'blocker' | 'warning' | 'note'; problem: Problem }[]
    down?: boolean
    holds?: boolean
  } = {},
): Plan {
  const { kind = 'migrate', problems = [], down = true, holds = false } = given
  const runbook = sampleRunbook()
  runbook.window.holdBeforeAdmit = holds
  const estimates = {
    backup: 28,
    'stop:hrms-api': 0.4,
    drain: 6,
    migrate: 0.1,
    verify: 0.6,
    'start:hrms-api': 4.2,
    smoke: 2,
  }
  return {
    id: '7F3A',
    kind,
    approved: {
      runbook,
      identity: {
        systemIdentifier: '7',
        timeline: 1,
        databaseOid: 1,
        database: 'hrms_master',
        host: 'db-prod-1:5432',
      },
      serverVersion: '15.8',
      prepared: kind === 'backup' ? null : { up: prepared(), down: down ? prepared([alter]) : null },
      history: { table: 'master."__EFMigrationsHistory"', column: 'MigrationId', migrations: [] },
      schema: [],
      routes: routesFor(runbook, kind, {
        hasDown: down,
        accepted: kind === 'rollback' ? 212 : null,
        needsSeconds: 20,
      }),
      accepted: kind === 'rollback' ? 212 : null,
    },
    digest: '1234567890abcdef'.repeat(4),
    measured: {
      at: at('02:51:00'),
      databaseBytes: 2_400_000_000,
      tables: [],
      sessions: [],
      checks: [
        ...problems.map((finding, i) => ({ name: `check ${i}`, findings: [finding] })),
        ...Array.from({ length: 19 }, (_, i) => ({ name: `passed ${i}`, findings: [] })),
      ],
      estimates: Object.entries(estimates).map(([step, seconds]) => ({
        step,
        seconds,
        from: step === 'smoke' ? ('guess' as const) : ('earlier run' as const),
      })),
      loss: { dropped: [], violating: [], rows: 0 },
    },
    author: 'U_ASHA',
    madeAt: at('02:51:00'),
    of: kind === 'rollback' ? '6C4D-1' : null,
  }
}

export const run = (given: Partial<Run> = {}): Run => ({
  id: '7F3A-1',
  plan: plan(),
  target: '7/1',
  startedBy: 'U_ASHA',
  holder: 'U_ASHA',
  heldSince: null,
  heldUntil: null,
  notBefore: null,
  startedAt: at('03:00:40'),
  windowBegan: null,
  deadline: null,
  cancelBy: null,
  endedAt: null,
  ending: null,
  version: 1,
  ...given,
})

export const attempt = (step: string, outcome: Outcome | null, given: Partial<Attempt> = {}): Attempt => ({
  step,
  attempt: 1,
  lives: 1,
  beganAt: at('03:01:00'),
  endedAt: outcome ? at('03:01:01') : null,
  outcome,
  answer: null,
  progress: null,
  ...given,
})

export const answer = (given: Partial<Answer> = {}): Answer => ({
  choice: 'retry',
  by: 'U_MEI',
  via: 'slack',
  ...given,
})

/** The steps before the window, then stop and close, all done. */
export const beforeDrain = (): Attempt[] => [
  attempt(
    'backup',
    done({
      backup: 'B-7F3A',
      path: '/b/1.dump.zst',
      bytes: 542_000_000,
      databaseBytes: 2_400_000_000,
      tables: 12,
      sha256: 'cc'.repeat(32),
      lsn: '0/1',
      seconds: 28,
    }),
  ),
  attempt('check', done({ checks: [{ name: 'a', findings: [] }], at: at('03:01:00') })),
  attempt('claim', done({ identity: plan().approved.identity, fenced: 0 })),
  attempt('card', done({ file: '/runs/7F3A-1/card.txt', commands: [] })),
  attempt(
    'baseline',
    done({
      checks: [
        { name: 'Health of hrms-api', expected: '200', passed: true, saw: '200', at: at('03:01:10') },
        { name: 'login', expected: '200', passed: true, saw: '200', at: at('03:01:10') },
      ],
    }),
  ),
  attempt('stop:hrms-api', done({ instances: 3, seconds: 0.4 })),
  attempt('close', done({ rolesKeptOut: ['a', 'b', 'c', 'd'], stillEnter: [] })),
]

const drained = { seconds: 6, left: 0, ended: [], endedBy: null }

/** Up to where the migration is next. */
export const beforeMigrate = (): Attempt[] => [
  ...beforeDrain(),
  attempt('drain', done(drained)),
  attempt('before', done({ counts: [], tables: [], lastMigration: '20251111125329_InitialMasterDb' })),
  attempt('deadline', done({ deadline: at('03:31:12'), spareSeconds: 1_700 })),
]

export const migrated = (): Attempt =>
  attempt(
    'migrate',
    done({
      move: prepared().move,
      statements: [
        { line: 2, command: 'ALTER TABLE', milliseconds: 25, locks: ['ACCESS EXCLUSIVE on master."T"'] },
      ],
      by: 'scripts',
      attempts: 1,
      seconds: 0.03,
      lsn: '0/16B3748',
      saved: [],
      reconciled: false,
    }),
  )

export const lockTimeout = (given: { blockers?: Session[] } = {}): Problem => ({
  code: 'lock-timeout',
  statement: alter,
  attempts: 10,
  seconds: 60,
  blockers: given.blockers ?? [session()],
  sqlstate: '55P03',
})

/** Stopped at Migrate: a session holds the lock. */
export const lockedOut = (problem: Problem = lockTimeout()): { attempts: Attempt[]; gate: Gate } => ({
  attempts: [...beforeMigrate(), attempt('migrate', failed(problem), { endedAt: at('03:02:12') })],
  gate: gate('migrate', {
    code: 'step-failed',
    problem,
    choices: ['terminate', 'retry', 'back-out', 'leave'],
    lapses: { at: at('03:28:00'), as: 'back-out' },
  }),
})

export function gate(step: string, question: Question, given: Partial<Gate> = {}): Gate {
  return {
    id: gateId('7F3A-1', step, 1),
    run: '7F3A-1',
    step,
    attempt: 1,
    question,
    openedAt: at('03:01:12'),
    answer: null,
    answeredAt: null,
    leftBy: null,
    looked: null,
    ...given,
  }
}
