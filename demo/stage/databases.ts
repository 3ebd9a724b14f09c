import { appendFileSync, mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { startEmbedded } from '../../src/store/embedded.ts'
import { makeHrmsDatabase } from '../hrms/database.ts'
import { folder, logs, project } from './places.ts'

/** The demo's PostgreSQL server, with its databases as they were before any migration. */
export interface Databases {
  /** URLs are secrets, but for the passwords of the demo's own roles, which are their names. */
  url(database: string, role?: string): string
  /** The same as Npgsql reads it, for an application of this name. */
  connectionString(database: string, role: string, application: string): string
  stop(): Promise<void>
}

const tokens = 200_000

/** A template of hrms_master is kept, so that only the first start takes the time to fill it. */
export async function openDatabases(options: {
  fresh: boolean
  say: (line: string) => void
}): Promise<Databases> {
  mkdirSync(folder, { recursive: true })
  const server = await startEmbedded({
    folder,
    settings: ['fsync=off', 'max_connections=60', 'shared_buffers=128MB'],
    onLog: (line) => appendFileSync(logs.server, line),
  })
  const url = (database: string) => server.url(database)
  const stop = async () => {
    await server.stop()
    if (!server.ours) await stopLeftBehind()
  }
  try {
    const admin = new pg.Client(server.url('postgres'))
    await admin.connect()
    if (options.fresh || !(await exists(admin, template))) {
      options.say(
        `Filling hrms_master with ${tokens.toLocaleString('en')} sessions; the next start is quicker.`,
      )
      await makeTemplate(admin, url)
    }
    await admin.query('drop database if exists hrms_master with (force)')
    await admin.query(`create database hrms_master template ${template} owner hrms_owner`)
    await admin.query('drop database if exists lockkeeper with (force)')
    await admin.query('create database lockkeeper owner lockkeeper')
    await makePayroll(admin, url)
    await admin.end()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stop,
    url(database, role) {
      const address = new URL(url(database))
      if (role) Object.assign(address, { username: role, password: role })
      return address.href
    },
    connectionString(database, role, application) {
      const { hostname, port } = new URL(url(database))
      return `Host=${hostname};Port=${port};Database=${database};Username=${role};Password=${role};Application Name=${application}`
    },
  }
}

const template = 'hrms_template'

const exists = async (admin: pg.Client, database: string): Promise<boolean> =>
  (await admin.query('select from pg_database where datname = $1', [database])).rowCount === 1

/** Under another name until it is whole: a start that was cut off leaves no half template. */
async function makeTemplate(admin: pg.Client, url: (database: string) => string): Promise<void> {
  await admin.query('drop database if exists hrms_making with (force)')
  await admin.query('create database hrms_making')
  await makeHrmsDatabase(url('hrms_making'), { tenants: 500, admins: 2000, tokens, audit: 0 })
  await admin.query(`drop database if exists ${template} with (force)`)
  await admin.query(`alter database hrms_making rename to ${template}`)
}

async function makePayroll(admin: pg.Client, url: (database: string) => string): Promise<void> {
  await admin.query('drop database if exists payroll with (force)')
  await admin.query('create database payroll owner hrms_owner')
  const client = new pg.Client(url('payroll'))
  await client.connect()
  try {
    await client.query(await readFile(path.join(project, 'demo', 'payroll', 'database.sql'), 'utf8'))
  } finally {
    await client.end()
  }
}

/** A server that a killed demo left behind was taken over, and ends with this one. SIGINT is its fast shutdown. */
async function stopLeftBehind(): Promise<void> {
  const pidFile = path.join(folder, 'postgres', 'postmaster.pid')
  const running = async () => Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]) || null
  const pid = await running()
  if (pid) process.kill(pid, 'SIGINT')
  while ((await running()) === pid && pid) await pause(50)
}
