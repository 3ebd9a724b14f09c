import { z } from 'zod'
import type { EfEnded } from '../../adapters/dotnet-ef.ts'
import { makeTarget, type Target } from '../../adapters/postgres/target.ts'
import { targetKey } from '../../domain/identity.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import type { Problem } from '../../domain/problem.ts'
import { quoteName } from '../statements/sql-parse.ts'
import { defaultSchema } from '../statements/tree.ts'
import { efOn, type Project } from './project.ts'

/** What `dotnet ef dbcontext info --json` says. */
const contextSchema = z.object({
  providerName: z.string(),
  databaseName: z.string(),
  dataSource: z.string(),
  options: z.string(),
})

/** What `dotnet ef migrations list --json` says of each; `applied` null: it did not reach the database. */
const migrationsSchema = z.array(z.object({ id: z.string(), applied: z.boolean().nullable() }))

/** EF's own name of its history table (HistoryRepository.DefaultTableName). */
const defaultHistory = '__EFMigrationsHistory'

/** What a design-time context is for. */
export interface Context {
  database: string
  /** As Npgsql names it, see `placeOf`. */
  dataSource: string
  /** Quoted, with its schema. */
  history: string
}

/** Asks the context itself. Nothing is connected. Fails with `efcore-failed`, `efcore-provider`. */
export async function readContext(project: Project): Promise<Result<Context>> {
  const answered = await efOn(project, ['dbcontext', 'info'], ['--json'])
  const info = parsed(contextSchema, answered)
  if (!info) return failure(efFailed('dbcontext info', answered))
  const { providerName, databaseName, dataSource, options } = info
  if (!/npgsql/i.test(providerName)) return failure({ code: 'efcore-provider', provider: providerName })
  const named = /MigrationsHistoryTable=(?:([^.\s]+)\.)?(\S+)/.exec(options)
  const history = `${quoteName(named?.[1] ?? defaultSchema)}.${quoteName(named?.[2] ?? defaultHistory)}`
  return ok({ database: databaseName, dataSource, history })
}

/**
 * The migrations of the assembly, oldest first, and whether the context finds each applied. Fails with `efcore-failed`,
 * and with `efcore-unreachable`: it did not get through to a database that we reached.
 */
export async function readMigrations(project: Project): Promise<Result<{ id: string; applied: boolean }[]>> {
  const answered = await efOn(project, ['migrations', 'list'], ['--json'])
  const migrations = parsed(migrationsSchema, answered)
  if (!migrations) return failure(efFailed('migrations list', answered))
  const known = migrations.flatMap(({ id, applied }) => (applied === null ? [] : [{ id, applied }]))
  if (known.length < migrations.length)
    return failure({ code: 'efcore-unreachable', connection: project.settings.connection })
  return ok(known)
}

/** A command of the tool that did not do what it should. Its sentence may be shown where no server's words are in it. */
export const efFailed = (
  command: string,
  { exitCode, said }: Pick<EfEnded, 'exitCode' | 'said'>,
): Problem => ({
  code: 'efcore-failed',
  command,
  exitCode,
  sqlstate: said.sqlstate,
  says: said.sentence,
  ...(said.main !== null && { main: said.main }),
})

function parsed<T>(schema: z.ZodType<T>, { exitCode, data }: EfEnded): T | null {
  if (exitCode !== 0) return null
  try {
    return schema.safeParse(JSON.parse(data)).data ?? null
  } catch {
    return null
  }
}

/**
 * What Npgsql connects to: `tcp://HOST:PORT`, with an IPv6 address as it is, or the path of a Unix socket, with the port at
 * its end. Null: nothing of the kind; of several hosts it names none.
 */
export function placeOf(dataSource: string): { host: string; port: string } | null {
  const [, host, port] =
    /^tcp:\/\/(.+):(\d+)$/.exec(dataSource) ?? /^(\/.*)\/\.s\.PGSQL\.(\d+)$/.exec(dataSource) ?? []
  return host && port ? { host: host.includes(':') ? `[${host}]` : host, port } : null
}

/**
 * Whether the context is for the plan's own database. A factory may ignore the environment and have a place of its own;
 * another name of the same server is told by its identity. Fails with `efcore-elsewhere`.
 */
export async function isSamePlace(
  target: Target,
  { database, dataSource }: Context,
  connection: string,
): Promise<Result<void>> {
  const { address } = target
  const place = placeOf(dataSource)
  const found = `${place ? `${place.host}:${place.port}` : dataSource || 'several hosts'}/${database}`
  const planned = `${address.host}/${address.database}`
  if (found === planned) return ok(undefined)
  const elsewhere = failure({ code: 'efcore-elsewhere', planned, found, connection } as const)
  if (database !== address.database || !place) return elsewhere
  const url = new URL(address.url)
  url.hostname = place.host.startsWith('/') ? encodeURIComponent(place.host) : place.host
  url.port = place.port
  for (const name of ['host', 'port']) url.searchParams.delete(name)
  const there = await makeTarget({ ...address, url: url.href }, target.applicationName, null).connect()
  if (!there.ok) return elsewhere
  await there.value.end()
  const expected = target.expected && targetKey(target.expected)
  return targetKey(there.value.identity) === expected ? ok(undefined) : elsewhere
}
