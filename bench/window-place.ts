import path from 'node:path'
import pg from 'pg'
import { makeHrmsDatabase } from '../demo/hrms/database.ts'
import { freePort } from '../demo/stage/ports.ts'
import { unread } from '../demo/stage/unread.ts'
import { untilAnswers } from '../demo/stage/until.ts'
import type { TargetAddress } from '../src/adapters/postgres/target-address.ts'
import { makeService } from '../src/adapters/services/make.ts'
import type { Outcome } from '../src/domain/outcome.ts'
import { npgsqlConnection } from '../src/engines/efcore/connection.ts'
import { openRunbooks, type Runbooks } from '../src/runbook/load.ts'
import type { Ground } from './ground.ts'
import { endApplication, project, writeRunbooks } from './window-application.ts'

/** hrms_master and its application, which both ways find as they were before the migration. */
export interface Place {
  folder: string
  pidFile: string
  runbooks: Runbooks
  /** What the application is started with, and the bot. */
  environment: Record<string, string | undefined>
  /** The server, as its superuser. */
  serverUrl: string
  addressAs(role: string): TargetAddress
  /** The same database by its identity, as before the migration; the old release at work, and healthy. */
  reset(): Promise<void>
  lastMigration(): Promise<string>
  /** Ends the application, and takes the databases away. */
  close(): Promise<void>
}

/** As the demo has it. */
const size = { tenants: 500, admins: 2_000, tokens: 200_000, audit: 0 }
const template = 'hrms_window'
const never = new AbortController().signal

/** @param folder where both releases are built @param people who has which role */
export async function openPlace(
  ground: Ground,
  folder: string,
  people: Record<string, string[]>,
): Promise<Place> {
  const { pidFile, configuration } = await writeRunbooks(folder, people)
  const serverUrl = await ground.makeDatabase(template)
  await makeHrmsDatabase(serverUrl, size)
  const urlAs = (role: Record<string, string>): string =>
    Object.assign(new URL(serverUrl), role, { pathname: 'hrms_master' }).href
  const addressAs = (role: string): TargetAddress => {
    const url = urlAs({ username: role, password: role })
    return { url, variable: 'HRMS_MASTER_URL', host: new URL(url).host, database: 'hrms_master' }
  }
  const port = String(await freePort())
  const environment = {
    ...process.env,
    DirectoryBuildPropsPath: path.join(project, 'Directory.Build.props'),
    ConnectionStrings__MasterDb: npgsqlConnection(addressAs('hrms_app')),
    JWT_SECRET: 'of the bench, and long enough to sign with',
    LOCKKEEPER_CONFIG: configuration,
    LOCKKEEPER_FOLDER: path.join(folder, 'lockkeeper'),
    HRMS_MASTER_URL: addressAs('lockkeeper').url,
    HRMS_PORT: port,
    HRMS_FOLDER: folder,
    HRMS_ADMIN_EMAIL: 'admin1@morishr.test',
    HRMS_ADMIN_PASSWORD: 'Test123!',
  }
  const runbooks = openRunbooks(path.join(folder, 'runbooks'))
  const [runbook] = (await runbooks.all()).runbooks
  if (!runbook?.services[0]) throw new Error('the runbook of the bench is broken')
  const service = makeService(runbook.services[0], runbook.folder, environment)
  const end = (): void => endApplication(pidFile)
  for (const leaving of ['SIGINT', 'SIGTERM', 'exit'] as const) process.once(leaving, end)

  const admin = new pg.Client(Object.assign(new URL(serverUrl), { pathname: 'postgres' }).href)
  await admin.connect()
  const drop = (database: string) => admin.query(`drop database if exists ${database} with (force)`)
  let oid = ''
  return {
    folder,
    pidFile,
    runbooks,
    environment,
    serverUrl,
    addressAs,
    async reset() {
      good(await service.stop(never, () => {}))
      await drop('hrms_master')
      await admin.query(`create database hrms_master template ${template} owner hrms_owner ${oid}`)
      const { rows } = await admin.query<{ oid: number }>(
        `select oid from pg_database where datname = 'hrms_master'`,
      )
      oid = `oid = ${rows[0]?.oid}`
      await admin.query('checkpoint')
      good(await service.release('before', never, unread))
      good(await service.start(1, never))
      await untilAnswers(`http://127.0.0.1:${port}/health`, 60_000)
    },
    async lastMigration() {
      const client = new pg.Client(urlAs({}))
      await client.connect()
      const { rows } = await client.query<{ last: string }>(
        'select max("MigrationId") as last from master."__EFMigrationsHistory"',
      )
      await client.end()
      return rows[0]?.last ?? ''
    },
    async close() {
      good(await service.stop(never, () => {}))
      for (const leaving of ['SIGINT', 'SIGTERM', 'exit'] as const) process.off(leaving, end)
      for (const database of ['hrms_master', template]) await drop(database)
      await admin.end()
    },
  }
}

function good(outcome: Outcome): void {
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
}
