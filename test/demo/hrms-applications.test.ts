import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { checkRequests } from '../../src/adapters/http.ts'
import { requestsFor } from '../../src/domain/runbook.ts'
import { never } from '../adapters/services/test-service.ts'
import { hrmsDatabase, onServer, type TestDatabase } from '../databases.ts'
import { hrmsBuild } from '../dotnet.ts'
import { dotnet, needing } from '../needs.ts'
import { exampleRunbook } from '../plan/runbooks.ts'
import { until } from '../until.ts'
import { startHrms, type Application, type Written } from './hrms-application.ts'

// One specification for both: the same runbook stops, checks and starts either.
const specification = (written: Written) => (): void => {
  let database: TestDatabase

  beforeAll(async () => {
    if (written === '.NET') for (const release of ['before', 'after'] as const) await hrmsBuild(release)
  })

  beforeEach(async () => {
    database = await hrmsDatabase()
    onTestFinished(() => database.drop())
  })

  test('release before serves both schemas, and ends with a last write of its users', async () => {
    const hrms = await startHrms(written, 'before', database)
    expect(await hrms.ask('GET /health')).toEqual(answer(200, { status: 'Healthy', release: 'before' }))
    expect(await hrms.ask('GET /health/ready')).toEqual(answer(200, { status: 'Ready', release: 'before' }))
    expect(await refusedRequests(hrms, 'before')).toEqual([])
    expect(await hrms.ask('POST /api/auth/password-reset', { email: 'admin1@morishr.test' })).toEqual(
      answer(404, { error: 'NotFound' }),
    )
    await migrate(database)
    expect(await refusedRequests(hrms, 'before')).toEqual([])

    expect(await writes(hrms)).toMatchObject({ lost: 0 })
    const told = new Date()
    await hrms.stop()
    expect(await hrms.service.text('api.log')).toMatch(/hrms-api before on port \d+\n[^]*hrms-api stopped\n$/)
    const found = await heartbeats(database)
    expect(found.last?.getTime()).toBeGreaterThanOrEqual(told.getTime())
    expect(Number(await readFile(path.join(hrms.folder, 'acknowledged'), 'utf8'))).toBe(found.count)
    expect(await sessions(database)).toBe(0)
  })

  test('release after is neither healthy nor ready until its columns are there', async () => {
    const hrms = await startHrms(written, 'after', database)
    expect(await hrms.ask('GET /health')).toEqual(answer(503, { status: 'Unhealthy', release: 'after' }))
    expect(await hrms.ask('GET /health/ready')).toEqual(answer(503, { status: 'NotReady', release: 'after' }))
    expect(await hrms.ask('POST /api/auth/login', administrator)).toEqual(
      answer(503, { error: 'DatabaseUnavailable', code: '42703' }),
    )
    await migrate(database)
    expect(await refusedRequests(hrms, 'after')).toEqual([])
    await hrms.stop()
  })

  test('release after resets passwords, keeps each session’s activity, and has employees', async () => {
    await migrate(database)
    const hrms = await startHrms(written, 'after', database)
    const accepted = answer(202, { accepted: true })
    expect(await hrms.ask('POST /api/auth/password-reset', { email: administrator.email })).toEqual(accepted)
    expect(await hrms.ask('POST /api/auth/password-reset', { email: 'nobody@morishr.test' })).toEqual(
      accepted,
    )
    expect(
      await rowsOf(
        database,
        `select "Email" from master."AdminUsers"
         where "PasswordResetToken" is not null and "PasswordResetTokenExpiry" between now() and now() + interval '1 hour'`,
      ),
    ).toEqual([{ Email: administrator.email }])

    const { token } = (await hrms.ask('POST /api/auth/login', administrator)).body as { token: string }
    const lastActivity = `select max("LastActivityAt")::text as at from master."RefreshTokens" where "Token" like 'session-%'`
    const before = await rowsOf(database, lastActivity)
    expect(await hrms.ask('GET /api/session', undefined, token)).toEqual(
      answer(200, { sessionTimeoutMinutes: 15, employee: false }),
    )
    expect(await rowsOf(database, lastActivity)).not.toEqual(before)
    await until(async () =>
      expect(
        await rowsOf(
          database,
          `select 1 as one from master."RefreshTokens"
           where "AdminUserId" is null and "EmployeeId" is not null and "SessionTimeoutMinutes" = 30`,
        ),
      ).not.toEqual([]),
    )
    await hrms.stop()
  })

  test('nobody comes in with a wrong password, an unknown address, a used or unknown token', async () => {
    const hrms = await startHrms(written, 'before', database)
    const refused = (error: string) => answer(401, { error })
    for (const changed of [{ password: 'test123!' }, { email: 'nobody@morishr.test' }, { email: undefined }])
      expect(await hrms.ask('POST /api/auth/login', { ...administrator, ...changed })).toEqual(
        refused('InvalidCredentials'),
      )
    const { refreshToken } = (await hrms.ask('POST /api/auth/login', administrator)).body as {
      refreshToken: string
    }
    const both = await Promise.all([
      hrms.ask('POST /api/auth/refresh', { refreshToken }),
      hrms.ask('POST /api/auth/refresh', { refreshToken }),
    ])
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 401]))
    expect(await hrms.ask('POST /api/auth/refresh', { refreshToken: 'x' })).toEqual(refused('InvalidToken'))
    expect(await hrms.ask('GET /api/session', undefined, 'x')).toEqual(refused('InvalidToken'))
    expect(await hrms.ask('GET /api/session')).toEqual(refused('InvalidToken'))
    expect(await hrms.ask('GET /api/nothing')).toEqual(answer(404, { error: 'NotFound' }))
    await hrms.stop()
  })

  test('a database that is closed and opened again is found again', async () => {
    const hrms = await startHrms(written, 'before', database)
    await onServer(async (admin) => {
      await admin.query(`alter database ${database.name} allow_connections false`)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        database.name,
      ])
    })
    await until(async () =>
      expect(await hrms.ask('POST /api/auth/login', administrator)).toEqual(
        answer(503, { error: 'DatabaseUnavailable', code: '55000' }),
      ),
    )
    expect(await hrms.ask('GET /health')).toMatchObject({ status: 503 })
    await onServer((admin) => admin.query(`alter database ${database.name} allow_connections true`))
    await until(async () => expect(await hrms.ask('GET /health')).toMatchObject({ status: 200 }))
    await until(async () => expect((await writes(hrms)).lost).toBe(0))
    await hrms.stop()
  })
}

describe('The HRMS in TypeScript', specification('TypeScript'))
describe('The HRMS in .NET', needing(dotnet), specification('.NET'))

const administrator = { email: 'admin1@morishr.test', password: 'Test123!' }

const answer = (status: number, body: unknown) => ({ status, body })

/** The functional requests of the demo's runbook, those that fail. */
async function refusedRequests({ environment }: Application, release: 'before' | 'after') {
  const requests = requestsFor(await exampleRunbook(), release)
  const { failed, passed } = await checkRequests(requests, environment, never)
  expect(failed.length + passed.length).toBe(release === 'after' ? 6 : 5)
  return failed
}

async function migrate(database: TestDatabase): Promise<void> {
  const folder = path.join(import.meta.dirname, '../../demo/runbooks/hrms/migrations')
  const client = await database.client()
  await client.query(
    await readFile(path.join(folder, '20251113040317_AddSecurityEnhancements.up.sql'), 'utf8'),
  )
}

const writes = async (hrms: Application) =>
  (await hrms.ask('GET /writes')).body as { acknowledged: number; found: number; lost: number }

async function rowsOf<Row>(database: TestDatabase, sql: string): Promise<Row[]> {
  const client = await database.client()
  return (await client.query(sql)).rows
}

async function heartbeats(database: TestDatabase): Promise<{ count: number; last: Date | null }> {
  const sql = `select count(*)::int as count, max("CreatedAt") as last
               from master."RefreshTokens" where "Token" like 'heartbeat-%'`
  const [found] = await rowsOf<{ count: number; last: Date }>(database, sql)
  return found ?? { count: 0, last: null }
}

const sessions = async (database: TestDatabase): Promise<number> => {
  const sql = `select from pg_stat_activity where application_name = 'hrms-api' and datname = current_database()`
  return (await rowsOf(database, sql)).length
}
