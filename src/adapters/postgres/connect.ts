import { randomBytes } from 'node:crypto'
import { Socket } from 'node:net'
import pg from 'pg'
import type { Identity } from '../../domain/identity.ts'
import type { Problem } from '../../domain/problem.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { conditionName } from './conditions.ts'
import { keepAsking } from './heartbeat.ts'
import { type Greeting, greet, identityDifferences, identityText } from './identity.ts'
import { startupOptions } from './session-settings.ts'
import { lostErrno, sqlstateOf } from './sql-error.ts'
import type { ConnectOptions, TargetSession } from './target-session.ts'
import type { TargetAddress } from './target-address.ts'

/** A server that does not answer within this time is reported as unreachable. */
const connectWithin = 10_000

/** `ADD COLUMN … DEFAULT` without rewriting is older; `tcp_user_timeout` and ALTER TYPE … ADD VALUE in a transaction are of 12. */
const oldestServer = { number: 120_000, text: '12' }

/**
 * Opens a direct session and asserts who answers before anything else is said. Fails with `target-unreachable`,
 * `target-refused`, `target-missing`, `target-through-pooler`, `server-too-old`, `target-in-recovery`,
 * `target-is-another` and `privilege-missing`.
 */
export async function connect(
  address: TargetAddress,
  applicationName: string,
  expected: Identity | null,
  { database, settings = {}, heartbeat = false }: ConnectOptions,
): Promise<Result<TargetSession>> {
  const mark = randomBytes(12).toString('hex')
  const socket = new Socket()
  const { url, options } = withoutSettings(address, database)
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    options: [options, startupOptions(settings, mark)].filter(Boolean).join(' '),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    stream: () => socket,
  })
  const { lost, end } = watchEnd(client, socket)
  const patience = setTimeout(
    () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
    connectWithin,
  )
  try {
    await client.connect()
    const greeting = await greet(client, address.host)
    const refusal = refuse(address, expected, database, greeting, mark, client)
    if (refusal) {
      await end()
      return failure(refusal)
    }
    await setByVersion(client)
    if (heartbeat) keepAsking(client, socket)
    const { pid, backendStart, identity, version } = greeting
    return ok({ client, pid, backendStart, identity, serverVersion: version, lost, end })
  } catch (error) {
    await end()
    return failure(connectProblem(error, address, database))
  } finally {
    clearTimeout(patience)
  }
}

/** Why this session is not to be used, or null. */
function refuse(
  { host }: TargetAddress,
  expected: Identity | null,
  database: string | undefined,
  greeting: Greeting,
  mark: string,
  client: pg.Client,
): Problem | null {
  // A pooler answers with a key of its own, and its server sessions never saw our startup packet.
  const { processID } = client as pg.Client & { processID: number }
  if (greeting.mark !== mark || greeting.pid !== processID) return { code: 'target-through-pooler', host }
  if (greeting.versionNumber < oldestServer.number) {
    return { code: 'server-too-old', version: greeting.version, needs: oldestServer.text }
  }
  if (greeting.inRecovery) return { code: 'target-in-recovery', host }
  if (!expected) return null
  const differs = identityDifferences(
    expected,
    greeting.identity,
    database === undefined ? 'database' : 'server',
  )
  if (!differs.length) return null
  return {
    code: 'target-is-another',
    differs,
    planned: identityText(expected),
    found: identityText(greeting.identity),
  }
}

/** What went wrong before a session was there. */
function connectProblem(error: unknown, address: TargetAddress, otherDatabase: string | undefined): Problem {
  const { host } = address
  const database = otherDatabase ?? address.database
  const sqlstate = sqlstateOf(error)
  if (sqlstate === '3D000') return { code: 'target-missing', host, database }
  // A PostgreSQL server takes our startup packet; PgBouncer says that `options` is unsupported.
  if (sqlstate === '08P01') return { code: 'target-through-pooler', host }
  if (sqlstate === '42501' && isFunctionError(error)) {
    return {
      code: 'privilege-missing',
      role: roleOf(address),
      needs: 'EXECUTE on pg_control_system()',
      why: 'identity',
    }
  }
  const errno = lostErrno(error)
  if (errno !== null) return { code: 'target-unreachable', host, database, errno }
  if (sqlstate === null) {
    const { code } = error as NodeJS.ErrnoException
    if (typeof code !== 'string') throw error
    return { code: 'target-unreachable', host, database, errno: code }
  }
  return {
    code: 'target-refused',
    host,
    database,
    role: roleOf(address),
    sqlstate,
    condition: conditionName(sqlstate),
  }
}

/** A FATAL 42501 says that the role may not connect; an ERROR is about the functions of the first statement. */
const isFunctionError = (error: unknown): boolean => (error as pg.DatabaseError).severity === 'ERROR'

/** Settings that older servers lack or some platforms refuse; a setting without effect is no reason to stop. */
async function setByVersion(client: pg.Client): Promise<void> {
  await trySetting(client, 'tcp_user_timeout', '25s')
  await trySetting(client, 'client_connection_check_interval', '1s')
}

/** 42704: the server does not know it (before 14). 22023: the platform has no such thing. */
async function trySetting(client: pg.Client, name: string, value: string): Promise<void> {
  try {
    await client.query('select pg_catalog.set_config($1, $2, false)', [name, value])
  } catch (error) {
    if (!['42704', '22023', '0A000'].includes(sqlstateOf(error) ?? '')) throw error
  }
}

function watchEnd(client: pg.Client, socket: Socket): Pick<TargetSession, 'lost' | 'end'> {
  let ours = false
  // The first error says why; what follows only says that it is gone.
  let errno: string | null = null
  client.on('error', (error) => (errno ??= lostErrno(error)))
  const ended = new Promise<void>((settle) => client.once('end', () => settle()))
  const lost = new Promise<{ code: string }>(
    (settle) => void ended.then(() => ours || settle({ code: errno ?? 'closed' })),
  )
  const end = async (): Promise<void> => {
    ours = true
    // A connection into nowhere never confirms its end.
    const patience = setTimeout(() => socket.destroy(), 2_000)
    await client.end().catch(() => {})
    clearTimeout(patience)
    socket.destroy()
  }
  return { lost, end }
}

/** Query parameters of a URL that the driver would let win over what we set. */
const oursAlone = [
  'application_name',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'query_timeout',
]

function withoutSettings(
  address: TargetAddress,
  database = address.database,
): { url: string; options: string } {
  const url = new URL(address.url)
  url.pathname = `/${encodeURIComponent(database)}`
  const options = url.searchParams.get('options') ?? ''
  for (const name of [...oursAlone, 'options']) url.searchParams.delete(name)
  return { url: url.href, options }
}

const roleOf = (address: TargetAddress): string => decodeURIComponent(new URL(address.url).username)
