import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { hrmsBySql } from '../../demo/stage/runbooks.ts'
import { makeService } from '../../src/adapters/services/make.ts'
import type { ServiceMethod } from '../../src/adapters/services/service.ts'
import { runbookSchema, type Runbook } from '../../src/domain/runbook.ts'
import { hrmsDatabase, onServer, type TestDatabase } from '../databases.ts'

/** The example's application with its database, and its runbook pointed at them. */
export interface Hrms {
  database: TestDatabase
  runbook: Runbook
  environment: Record<string, string>
  /** The application's service, started when the test wants it. */
  service: ServiceMethod
  folder: string
  /** Ends the application and removes everything. */
  end(): Promise<void>
}

const root = path.resolve(import.meta.dirname, '../..')

/**
 * A database of its own, owned as in production, so that the bot works with the least it needs. `change` edits the
 * runbook as it is written, before it is checked.
 */
export async function makeHrms(change: (written: any) => void = () => {}): Promise<Hrms> {
  const database = await hrmsDatabase()
  await onServer((admin) => admin.query(`alter database ${database.name} owner to hrms_owner`))
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-steps-'))
  const environment = {
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
    HRMS_MASTER_URL: database.as('lockkeeper', 'lockkeeper'),
    HRMS_DATABASE_URL: database.as('hrms_app', 'hrms_app'),
    HRMS_PORT: String(await freePort()),
    HRMS_FOLDER: folder,
    HRMS_ADMIN_EMAIL: 'admin1@morishr.test',
    HRMS_ADMIN_PASSWORD: 'Test123!',
  }
  const written = parse(await hrmsBySql())
  written.target.database = database.name
  written.services[0].pidFile = path.join(folder, 'hrms-api.pid')
  written.services[0].log = path.join(folder, 'hrms-api.log')
  written.services[0].start = [process.execPath, 'demo/hrms/api.ts']
  written.services[0].health.every = '50ms'
  written.services[0].health.within = '10m'
  for (const release of ['before', 'after'])
    written.services[0].release[release].deploy = [process.execPath, 'demo/hrms/release.ts', release]
  written.window.drain = '1s'
  change(written)
  const runbook = { ...runbookSchema.parse(written), folder: path.join(root, 'demo/runbooks/hrms') }
  const service = makeService(runbook.services[0]!, runbook.folder, environment)
  return {
    database,
    runbook,
    environment,
    service,
    folder,
    async end() {
      await service.stop(new AbortController().signal, () => {})
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening))
  const address = probe.address()
  await new Promise((closed) => probe.close(closed))
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}
