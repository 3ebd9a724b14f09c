import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../src/store/embedded.ts'
import { makeHrmsDatabase } from '../demo/hrms/database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A URL of the tests' server, of a superuser, for the database `postgres`. */
    server: string
    /** Of this run of the tests alone; it is removed at its end. */
    folder: string
  }
}

/** One real server for all tests; each test clones the databases it needs from templates that are made here once. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-tests-'))
  const server = await startEmbedded({
    folder,
    settings: [
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
      'max_connections=300',
      'wal_level=logical',
      'max_prepared_transactions=10',
      'shared_buffers=64MB',
    ],
  })
  const admin = new pg.Client(server.url('postgres'))
  await admin.connect()
  await admin.query('create database hrms_template')
  await makeHrmsDatabase(server.url('hrms_template'), { tenants: 5, admins: 20, tokens: 1000, audit: 0 })
  await admin.query('create database store_template')
  await admin.end()
  const { installSchema } = await import('../src/store/install.ts').catch(() => ({
    installSchema: undefined,
  }))
  if (installSchema) {
    const pool = new pg.Pool({ connectionString: server.url('store_template'), max: 1 })
    await installSchema(pool)
    await pool.end()
  }
  project.provide('server', server.url('postgres'))
  project.provide('folder', folder)
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
