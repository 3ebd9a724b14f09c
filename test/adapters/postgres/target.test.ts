import { createServer } from 'node:net'
import { Socket } from 'node:net'
import pg from 'pg'
import { expect, onTestFinished, test as plain } from 'vitest'
import { keepAsking } from '../../../src/adapters/postgres/heartbeat.ts'
import { makeTarget, withSession } from '../../../src/adapters/postgres/target.ts'
import { targetAddress } from '../../../src/adapters/postgres/target-address.ts'
import { addressOf, test, valueOf } from './hrms.ts'
import { proxyTo } from './proxy.ts'

const setting = async (client: pg.Client, name: string): Promise<string> => {
  const { rows } = await client.query('select pg_catalog.current_setting($1) as value', [name])
  return rows[0].value
}

const targetAt = (url: string, database: string) =>
  makeTarget({ url, variable: 'URL', host: 'db-prod-1:5432', database }, 'lockkeeper:T-1', null)

test('a session knows which database it is in before anything else is said', async ({ hrms }) => {
  const session = valueOf(await hrms.target().connect())
  expect(session.identity).toEqual({
    systemIdentifier: expect.stringMatching(/^\d{10,}$/),
    timeline: 1,
    databaseOid: expect.any(Number),
    database: hrms.name,
    host: addressOf(hrms).host,
  })
  expect(session.serverVersion).toMatch(/^15\./)
  expect(session.backendStart).toMatch(/\.\d{6}Z$/)
  await session.end()
})

test('a session guards itself: timeouts, keepalives, a search path of the catalogue alone', async ({
  hrms,
}) => {
  const { client, end } = valueOf(await hrms.target().connect())
  const guards = {
    application_name: `lockkeeper:${hrms.name}-TEST-1`,
    lock_timeout: '2s',
    statement_timeout: '1min',
    idle_in_transaction_session_timeout: '2s',
    search_path: 'pg_catalog, pg_temp',
    default_transaction_read_only: 'off',
    client_connection_check_interval: '1s',
    tcp_keepalives_idle: '10',
    tcp_user_timeout: '25000',
  }
  for (const [name, value] of Object.entries(guards))
    expect([name, await setting(client, name)]).toEqual([name, value])
  await end()
})

test('what a caller asks for holds from the first statement', async ({ hrms }) => {
  const settings = { lockTimeout: 0, statementTimeout: 250, searchPath: 'public', readOnly: true }
  const { client, end } = valueOf(await hrms.target().connect({ settings }))
  expect(await setting(client, 'lock_timeout')).toBe('0')
  expect(await setting(client, 'search_path')).toBe('public')
  await expect(client.query('create table a ()')).rejects.toMatchObject({ code: '25006' })
  await expect(client.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
  await end()
})

test('settings in the URL do not win over ours, its other options stay', async ({ hrms }) => {
  const url = new URL(addressOf(hrms).url)
  url.searchParams.set('application_name', 'mine')
  url.searchParams.set('statement_timeout', '1')
  url.searchParams.set('options', '-c work_mem=5MB -c lock_timeout=1h')
  const { client, end } = valueOf(await targetAt(url.href, hrms.name).connect())
  expect(await setting(client, 'application_name')).toBe('lockkeeper:T-1')
  expect(await setting(client, 'statement_timeout')).toBe('1min')
  expect(await setting(client, 'lock_timeout')).toBe('2s')
  expect(await setting(client, 'work_mem')).toBe('5MB')
  await end()
})

test('another database than the planned one is refused, with what differs', async ({ hrms }) => {
  const { identity, end } = valueOf(await hrms.target().connect())
  await end()
  expect((await hrms.target({ expected: identity }).connect()).ok).toBe(true)
  const expected = { ...identity, databaseOid: identity.databaseOid + 1, timeline: 2 }
  expect(await hrms.target({ expected }).connect()).toMatchObject({
    problem: { code: 'target-is-another', differs: ['timeline', 'databaseOid'] },
  })
  // In another database of the same server the database is another one, and the server must still be the same.
  const elsewhere = await hrms
    .target({ expected: { ...identity, databaseOid: 1 } })
    .connect({ database: 'postgres' })
  expect(elsewhere.ok).toBe(true)
  if (elsewhere.ok) await elsewhere.value.end()
  expect(await hrms.target({ expected }).connect({ database: 'postgres' })).toMatchObject({
    problem: { code: 'target-is-another', differs: ['timeline'] },
  })
})

test('a database that is missing, a wrong password and a server that is not there are three problems', async ({
  hrms,
}) => {
  const { url, host } = addressOf(hrms)
  const address = { url, host, variable: 'URL', database: 'not_there' }
  expect(await makeTarget(address, 'lockkeeper:T-1', null).connect()).toEqual({
    ok: false,
    problem: { code: 'target-missing', host, database: 'not_there' },
  })
  expect(await targetAt(hrms.as('hrms_app', 'wrong'), hrms.name).connect()).toEqual({
    ok: false,
    problem: {
      code: 'target-refused',
      host: 'db-prod-1:5432',
      database: hrms.name,
      role: 'hrms_app',
      sqlstate: '28P01',
      condition: 'invalid_password',
    },
  })
  expect(await targetAt('postgres://x:secret@127.0.0.1:1/hrms', 'hrms').connect()).toEqual({
    ok: false,
    problem: { code: 'target-unreachable', host: 'db-prod-1:5432', database: 'hrms', errno: 'ECONNREFUSED' },
  })
})

test('a pooler that answers with a key of its own is refused', async ({ hrms }) => {
  const proxy = await proxyTo(addressOf(hrms).url, (chunk) => {
    // BackendKeyData: `K`, length 12, PID, secret.
    const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
    if (at !== -1) chunk.writeInt32BE(chunk.readInt32BE(at + 5) + 1, at + 5)
    return chunk
  })
  expect(await targetAt(proxy.url, hrms.name).connect()).toEqual({
    ok: false,
    problem: { code: 'target-through-pooler', host: 'db-prod-1:5432' },
  })
})

test('a pooler whose server session never saw our startup packet is refused, even with the right key', async ({
  hrms,
}) => {
  const proxy = await proxyTo(addressOf(hrms).url, undefined, (chunk) => {
    const at = chunk.indexOf('lockkeeper.session=')
    if (at !== -1) chunk.write('x', at + 'lockkeeper.session='.length)
    return true
  })
  expect(await targetAt(proxy.url, hrms.name).connect()).toMatchObject({
    problem: { code: 'target-through-pooler' },
  })
})

plain('a pooler that refuses our startup options (PgBouncer: 08P01) is refused', async () => {
  const answer = Buffer.from('SFATAL\0C08P01\0Munsupported startup parameter: options\0\0')
  const message = Buffer.concat([Buffer.from('E'), Buffer.alloc(4), answer])
  message.writeInt32BE(answer.length + 4, 1)
  const pooler = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(message))
  })
  await new Promise<void>((ready) => pooler.listen(0, '127.0.0.1', ready))
  onTestFinished(() => void pooler.close())
  const { port } = pooler.address() as { port: number }
  expect(await targetAt(`postgres://x:y@127.0.0.1:${port}/hrms`, 'hrms').connect()).toMatchObject({
    problem: { code: 'target-through-pooler' },
  })
})

test('a server before 12 is refused', async ({ hrms }) => {
  const { rows } = await (await hrms.client()).query('show server_version_num')
  const now = String(rows[0].server_version_num)
  const proxy = await proxyTo(addressOf(hrms).url, (chunk) => {
    const at = chunk.indexOf(now)
    if (at !== -1) chunk.write('110022', at)
    return chunk
  })
  expect(await targetAt(proxy.url, hrms.name).connect()).toMatchObject({
    problem: { code: 'server-too-old', needs: '12' },
  })
})

test('a server that does not let us ask for its identity is named with what is missing', async ({ hrms }) => {
  await (await hrms.client()).query('revoke execute on function pg_control_system() from public')
  expect(await hrms.target().connect()).toEqual({
    ok: false,
    problem: {
      code: 'privilege-missing',
      role: 'lockkeeper',
      needs: 'EXECUTE on pg_control_system()',
      why: 'identity',
    },
  })
})

test('a connection that is cut is lost, with the code; one into nowhere is cut by its heartbeat', async ({
  hrms,
}) => {
  const proxy = await proxyTo(addressOf(hrms).url)
  const session = valueOf(await targetAt(proxy.url, hrms.name).connect())
  proxy.cut()
  expect((await session.lost).code).toMatch(/^(ECONNRESET|closed)$/)

  const silent = await proxyTo(addressOf(hrms).url)
  const socket = new Socket()
  const client = new pg.Client({ connectionString: silent.url, stream: () => socket })
  const codes: unknown[] = []
  client.on('error', (error) => codes.push((error as NodeJS.ErrnoException).code))
  await client.connect()
  keepAsking(client, socket, { every: 10, within: 500 })
  silent.swallow(true)
  await expect.poll(() => codes[0]).toBe('ETIMEDOUT')
})

test('a fault inside of a session comes back as a problem, a bug is thrown on', async ({ hrms }) => {
  const target = hrms.target()
  expect(
    await withSession(target, 'count', async ({ client }) => client.query('select from nowhere')),
  ).toMatchObject({
    problem: { code: 'sql-error', sqlstate: '42P01' },
  })
  const ended = await withSession(target, 'count', async ({ client }) => {
    await client.query('select pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())')
  })
  expect(ended).toEqual({
    ok: false,
    problem: { code: 'session-lost', host: addressOf(hrms).host, during: 'count', errno: '57P01' },
  })
  const bug = withSession(target, 'count', async () => (undefined as unknown as { a: { b: 1 } }).a.b)
  await expect(bug).rejects.toThrow(TypeError)
})

plain('an address comes from its variable, for people without the password', () => {
  const url = 'postgres://bot:s3cret@db-prod-1/hrms_master'
  expect(targetAddress('HRMS', 'hrms_master', { HRMS: url })).toEqual({
    ok: true,
    value: { url, variable: 'HRMS', host: 'db-prod-1:5432', database: 'hrms_master' },
  })
  const socket = 'postgres:///hrms_master?host=/var/run/postgresql'
  expect(targetAddress('HRMS', 'hrms_master', { HRMS: socket })).toMatchObject({
    value: { host: '/var/run/postgresql:5432' },
  })
})

plain('a variable that is unset, no URL, another kind of URL or for another database is refused', () => {
  const problemOf = (value?: string) => {
    const address = targetAddress('HRMS', 'hrms_master', { HRMS: value })
    return address.ok ? null : address.problem
  }
  expect(problemOf()).toEqual({ code: 'target-unset', variable: 'HRMS' })
  expect(problemOf('hrms_master')).toEqual({ code: 'target-url-bad', variable: 'HRMS', why: 'not-a-url' })
  expect(problemOf('https://db/hrms_master')).toMatchObject({ why: 'not-postgres' })
  expect(problemOf('postgres://u:secret@db/hrms_mater')).toEqual({
    code: 'target-url-bad',
    variable: 'HRMS',
    why: 'other-database',
  })
})
