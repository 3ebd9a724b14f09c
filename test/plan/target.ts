import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { onTestFinished } from 'vitest'
import { hrmsDatabase, onServer, type TestDatabase } from '../databases.ts'
import type { Problem, ProblemCode } from '../../src/domain/problem.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Result } from '../../src/domain/result.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import { makePlan, type PlanInput } from '../../src/plan/make.ts'
import { exampleRunbook } from './runbooks.ts'

/** The example's target, of one test: a database, a folder of migrations and one of backups. */
export interface PlanTarget {
  database: TestDatabase
  /** Of a superuser. */
  client: pg.Client
  folder: string
  runbook: Runbook
  environment: Record<string, string | undefined>
  /** What every plan of this test is made from. */
  input: PlanInput
  plan(changes?: Partial<PlanInput>): Promise<Result<Plan>>
  /** Writes what the runbook's migration does to the database. */
  migrated(): Promise<void>
}

/** All of it is gone when the test has ended. The bot is `lockkeeper`, no superuser, unless `as` names another role. */
export async function planTarget(given: { as?: string; owner?: string } = {}): Promise<PlanTarget> {
  const database = await hrmsDatabase()
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-plan-'))
  onTestFinished(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })
  const { as = 'lockkeeper', owner = 'hrms_owner' } = given
  await onServer((admin) => admin.query(`alter database ${database.name} owner to ${owner}`))
  const example = await exampleRunbook(database.name)
  await cp(path.join(example.folder, 'migrations'), path.join(folder, 'migrations'), { recursive: true })
  const service = { ...example.services[0]!, pidFile: 'hrms.pid', directory: '.' }
  const runbook: Runbook = { ...example, folder, services: [service], backup: { keep: 7 } }
  const environment = {
    PATH: process.env['PATH'],
    HRMS_MASTER_URL: database.as(as, as),
    HRMS_DATABASE_URL: database.as('hrms_app', 'hrms_app'),
    HRMS_PORT: '1',
    HRMS_FOLDER: folder,
    HRMS_ADMIN_EMAIL: 'admin1@morishr.test',
    HRMS_ADMIN_PASSWORD: 'Test123!',
  }
  const client = await database.client()
  const input: PlanInput = {
    runbook,
    kind: 'migrate',
    id: '7F3A',
    author: 'U012ASHA',
    now: '2025-11-13T02:51:00.000Z',
    environment,
    backups: { folder: path.join(folder, 'backups') },
    builds: path.join(folder, 'builds'),
    earlier: [],
    ours: null,
  }
  return {
    database,
    client,
    folder,
    runbook,
    environment,
    input,
    plan: (changes = {}) => makePlan({ ...input, ...changes }),
    async migrated() {
      await client.query(await readFile(path.join(folder, `migrations/${runbook.migration}.up.sql`), 'utf8'))
    },
  }
}

export function planOf(made: Result<Plan>): Plan {
  if (!made.ok) throw new Error(JSON.stringify(made.problem))
  return made.value
}

/** What a plan noticed, by level and code, notes about the server all tests share left out. */
export function found(made: Result<Plan>): string[] {
  const checks = planOf(made).measured.checks
  return checks
    .flatMap((check) => check.findings)
    .map(({ level, problem }) => `${level} ${problem.code}`)
    .filter((each) => !shared.has(each))
}

/** The finding of a code. */
export function finding<C extends ProblemCode>(
  made: Result<Plan>,
  code: C,
): { level: string; problem: Problem<C> } | undefined {
  const findings = planOf(made).measured.checks.flatMap((check) => check.findings)
  return findings.find(({ problem }) => problem.code === code) as
    | { level: string; problem: Problem<C> }
    | undefined
}

/** Other tests make slots and superusers on the same server. No test's service runs. */
const shared = new Set([
  'note connection-roles-super',
  'warning replication-slot-inactive',
  'warning service-not-running',
])
