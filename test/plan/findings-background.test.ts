import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listSessions } from '../../src/adapters/postgres/sessions.ts'
import { backgroundWorkers } from '../../src/plan/findings-server.ts'
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded.ts'
import { sessionLine, sortLines } from '../../src/views/words/sessions.ts'
import { lineText } from '../../src/views/words/plain.ts'

/** A server of its own: pg_prewarm's workers begin with it. */
let server: EmbeddedServer
let folder: string
const settings = [
  'fsync=off',
  'shared_buffers=16MB',
  'max_prepared_transactions=2',
  'shared_preload_libraries=pg_prewarm',
]

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-background-'))
  server = await startEmbedded({ folder, settings })
})

afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: server.url('postgres'),
    application_name: 'lockkeeper:test',
  })
  client.on('error', () => {}) // a test that fails leaves it to the end of its server
  await client.connect()
  return client
}

/** Started anew, the server reads into memory what was there before: of a table that somebody holds, it waits. */
async function whileWorkerWaits(): Promise<pg.Client> {
  const before = await connected()
  await before.query('create table held (a int); insert into held values (1)')
  await before.query(`begin; lock table held; prepare transaction 'holder'`)
  await before.end()
  await server.stop()
  server = await startEmbedded({ folder, settings })
  return connected()
}

test('an extension’s worker that is connected to the database is a warning: it would keep the drain waiting', async () => {
  const client = await whileWorkerWaits()
  await expect
    .poll(async () => (await listSessions(client)).map(({ backendType }) => backendType))
    .toContain('autoprewarm worker')
  const sessions = await listSessions(client)
  const [found, ...others] = backgroundWorkers({ sessions })
  expect(others).toEqual([])
  expect(found).toMatchObject({
    level: 'warning',
    problem: { code: 'background-workers', sessions: [{ backendType: 'autoprewarm worker' }] },
  })
  const worker = sessions.find(({ backendType }) => backendType === 'autoprewarm worker')!
  expect(lineText(sessionLine(worker))).toContain(' · autoprewarm worker · ')
  expect(sortLines(sessions).map((line) => lineText(line))).toEqual([
    expect.stringMatching(/^\d+ \(autoprewarm worker\) is a background worker, /),
  ])
  await client.query(`rollback prepared 'holder'`)
  await client.end()
})

test('clients, and those who work for clients, are none', () => {
  const of = (backendType: string) => backgroundWorkers({ sessions: [{ backendType } as never] }).length
  expect(['client backend', 'parallel worker', 'walsender', 'unknown'].map(of)).toEqual([0, 0, 0, 0])
  expect(
    ['logical replication worker', 'logical replication apply worker', 'pg_cron launcher'].map(of),
  ).toEqual([1, 1, 1])
  expect(backgroundWorkers({ sessions: null })).toEqual([])
})
