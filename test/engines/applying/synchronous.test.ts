import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeHrmsDatabase } from '../../../demo/hrms/database.ts'
import { claimTarget } from '../../../src/adapters/postgres/claim.ts'
import { makeTarget, type Target } from '../../../src/adapters/postgres/target.ts'
import { type EmbeddedServer, startEmbedded } from '../../../src/store/embedded.ts'
import { valueOf } from '../../adapters/postgres/hrms.ts'
import { otherProcess } from '../../adapters/postgres/other-process.ts'
import { applying, before, hrmsDown, hrmsEngine, hrmsUp, security } from '../scripts.ts'

/** A server whose COMMIT waits for a standby that never comes. */
let server: EmbeddedServer
let folder: string
let url: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-synchronous-'))
  const settings = [
    'fsync=off',
    'shared_buffers=16MB',
    'synchronous_commit=local',
    'synchronous_standby_names=nobody',
  ]
  server = await startEmbedded({ folder, settings })
  await onServer('postgres', 'create database hrms_master')
  await makeHrmsDatabase(server.url('hrms_master'), { tenants: 1, admins: 1, tokens: 1, audit: 0 })
  await onServer('postgres', 'alter database hrms_master set synchronous_commit = on')
  const address = new URL(server.url('hrms_master'))
  address.username = address.password = 'lockkeeper'
  url = address.href
})

afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function onServer(database: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client(server.url(database))
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

const target = (): Target =>
  makeTarget(
    { url, variable: 'URL', host: 'db-prod-1:5432', database: 'hrms_master' },
    'lockkeeper:7F3A-1',
    null,
  )

const waiting = async (): Promise<number | null> =>
  (await onServer('postgres', "select from pg_stat_activity where wait_event = 'SyncRep'")).rowCount

test('a killed run that waits for its standby shows nothing, and is committed once its backend is ended', async () => {
  const script = `begin; insert into master."__EFMigrationsHistory" values ('${security}', '9'); commit`
  const orphan = await otherProcess('plain', url, 'lockkeeper:7F3A-1', script)
  await expect.poll(waiting).toBe(1)
  await orphan.kill()
  const engine = hrmsEngine()
  const move = { from: before, to: security }
  expect(await engine.reconcile(target(), move)).toEqual({ at: 'from' })
  const { session, fenced } = valueOf(await claimTarget(target()))
  expect(fenced).toBe(1)
  expect(await engine.reconcile(target(), move)).toEqual({ at: 'to' })
  await session.end()
  await onServer(
    'hrms_master',
    `set synchronous_commit = local; delete from master."__EFMigrationsHistory" where "MigrationId" = '${security}'`,
  )
})

test('a cancel that comes while COMMIT waits for a standby is too late, and the truth is told', async () => {
  const abort = new AbortController()
  const applied = hrmsEngine().apply(target(), await hrmsUp(), applying({ signal: abort.signal }))
  await expect.poll(waiting).toBe(1)
  abort.abort()
  expect(await applied).toMatchObject({ status: 'done' })
  expect(await hrmsEngine().reconcile(target(), { from: before, to: security })).toEqual({ at: 'to' })
})

test('a backend that is ended while COMMIT waits for a standby has committed, and the truth is told', async () => {
  const applied = hrmsEngine().apply(target(), await hrmsDown(), applying())
  await expect.poll(waiting).toBe(1)
  await onServer(
    'postgres',
    "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'",
  )
  expect(await applied).toMatchObject({ status: 'done', facts: { reconciled: true } })
})
