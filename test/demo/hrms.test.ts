import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startHeartbeat } from '../../demo/hrms/heartbeat.ts'
import { deployRelease, readRelease, type Release } from '../../demo/hrms/release.ts'
import { fits, login, openSession, refresh, signInEmployee } from '../../demo/hrms/sessions.ts'
import { hrmsDatabase, type TestDatabase } from '../databases.ts'

const migrations = path.join(import.meta.dirname, '../../demo/runbooks/hrms/migrations')

describe('The demo’s HRMS', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let folder: string

  beforeEach(async () => {
    database = await hrmsDatabase()
    pool = new pg.Pool({ connectionString: database.as('hrms_app', 'hrms_app'), max: 3 })
    pool.on('error', () => {}) // dropped together with the database
    folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-hrms-'))
  })

  afterEach(async () => {
    await pool.end()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const migrate = async () => {
    const client = await database.client()
    await client.query(
      await readFile(path.join(migrations, '20251113040317_AddSecurityEnhancements.up.sql'), 'utf8'),
    )
  }

  test('the old release works before and after the migration, the new one only after it', async () => {
    expect(await fits(pool, 'before')).toBe(true)
    expect(await fits(pool, 'after')).toBe(false)
    await migrate()
    expect(await fits(pool, 'before')).toBe(true)
    expect(await fits(pool, 'after')).toBe(true)
  })

  test.each<Release>(['before', 'after'])(
    'an administrator signs in, uses the session and refreshes it once: release %s',
    async (release) => {
      if (release === 'after') await migrate()
      const tokens = await login(pool, release, 'admin1@morishr.test')
      expect(await openSession(pool, release, tokens?.token ?? '')).toEqual({
        sessionTimeoutMinutes: 15,
        employee: false,
      })
      expect(await refresh(pool, release, tokens?.refreshToken ?? '')).not.toBeNull()
      expect(await refresh(pool, release, tokens?.refreshToken ?? '')).toBeNull()
    },
  )

  test('nobody signs in with an unknown address', async () => {
    expect(await login(pool, 'before', 'nobody@morishr.test')).toBeNull()
  })

  test('an employee’s session needs the migrated schema: a rollback would lose it', async () => {
    await expect(signInEmployee(pool)).rejects.toMatchObject({ code: '42703' })
    await migrate()
    await signInEmployee(pool)
    const { rows } = await pool.query('select 1 from master."RefreshTokens" where "AdminUserId" is null')
    expect(rows).toHaveLength(1)
  })

  test('a write that was acknowledged and is gone is counted as lost, also by the next life of the application', async () => {
    const first = await startHeartbeat(pool, folder, 'before')
    await expect.poll(async () => (await first.counts()).acknowledged).toBeGreaterThan(0)
    await first.stop()
    await pool.query(
      `delete from master."RefreshTokens" where "Token" >= 'heartbeat-' and "Token" < 'heartbeat.'`,
    )
    const second = await startHeartbeat(pool, folder, 'before')
    expect((await second.counts()).lost).toBeGreaterThan(0)
    await second.stop()
  })

  test('the last write comes when the application is told to stop', async () => {
    const heartbeat = await startHeartbeat(pool, folder, 'before')
    await expect.poll(async () => (await heartbeat.counts()).acknowledged).toBeGreaterThan(0)
    const before = (await heartbeat.counts()).found
    await heartbeat.stop()
    const after = await heartbeat.counts()
    expect(after.found).toBeGreaterThan(before)
    expect(after.lost).toBe(0)
  })

  test('a deployed release is the one that runs from then on', async () => {
    expect(await readRelease(folder)).toBe('before')
    await deployRelease(folder, 'after')
    expect(await readRelease(folder)).toBe('after')
  })
})
