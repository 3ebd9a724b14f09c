import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { makeTarget } from '../../../src/adapters/postgres/target.ts'
import { type Hrms, test } from './hrms.ts'
import { needing, pgbouncer } from '../../needs.ts'

const program = '/usr/sbin/pgbouncer'

/** A real PgBouncer before the test's database; the URL through it. */
async function through(hrms: Hrms, settings: string[]): Promise<string> {
  const server = new URL(hrms.as('lockkeeper', 'lockkeeper'))
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-pgbouncer-'))
  await chmod(folder, 0o755)
  const port = await freePort()
  const users = path.join(folder, 'users')
  await writeFile(users, '"lockkeeper" "lockkeeper"\n', { mode: 0o644 })
  const file = path.join(folder, 'pgbouncer.ini')
  const lines = [
    '[databases]',
    `${hrms.name} = host=127.0.0.1 port=${server.port} dbname=${hrms.name}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${users}`,
    ...settings,
  ]
  await writeFile(file, lines.join('\n'), { mode: 0o644 })
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(program, ['-q', ...user, file], { stdio: 'ignore' })
  const exited = new Promise((settle) => child.once('exit', settle))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true, force: true })
  })
  server.port = String(port)
  await expect.poll(() => answers(server.href)).toBe(true)
  return server.href
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  return client
    .connect()
    .then(() => client.end())
    .then(
      () => true,
      () => false,
    )
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((ready) => probe.listen(0, '127.0.0.1', ready))
  const { port } = probe.address() as { port: number }
  await new Promise((closed) => probe.close(closed))
  return port
}

const poolers = {
  'as it comes': [],
  'that ignores our options, by transaction': [
    'pool_mode = transaction',
    'ignore_startup_parameters = options',
  ],
  'that ignores our options, by session': ['pool_mode = session', 'ignore_startup_parameters = options'],
}

for (const [name, settings] of Object.entries(poolers)) {
  test(`a PgBouncer ${name} is refused`, needing(pgbouncer), async ({ hrms }) => {
    const url = await through(hrms, settings)
    const address = { url, variable: 'URL', host: 'db-prod-1:6432', database: hrms.name }
    expect(await makeTarget(address, 'lockkeeper:T-1', null).connect()).toEqual({
      ok: false,
      problem: { code: 'target-through-pooler', host: 'db-prod-1:6432' },
    })
  })
}
