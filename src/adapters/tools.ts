import { access, constants, readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Result } from '../domain/result.ts'
import { failure, ok } from '../domain/result.ts'
import { run } from './process.ts'

/** PostgreSQL's client programs of one installation, by absolute path: parts of different ones do not fit together. */
export interface ClientTools {
  pgDump: string
  pgRestore: string
  psql: string
  /** Null where the installation has none. */
  pgDumpall: string | null
  /** E.g. `15.18`. */
  version: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where to look first, and then nowhere else. */
const folderVariable = 'LOCKKEEPER_POSTGRES_BIN'

/**
 * The client programs for a server. A client refuses a newer server; from 17 on, what pg_restore writes does not go
 * into an older one. So the server's own major version is the best, its newest release first, and then the nearest
 * above it. Fails with `tool-missing`, `tool-older`, `tool-unfit`.
 */
export async function clientTools(
  serverVersion: string,
  environment: Environment = process.env,
): Promise<Result<ClientTools>> {
  const server = majorOf(serverVersion)
  const install = installTools(serverVersion)
  const found = (await installations(environment)).sort(
    (a, b) => majorOf(a.version) - majorOf(b.version) || minorOf(b.version) - minorOf(a.version),
  )
  const newest = found.at(-1)
  if (!newest) return failure({ code: 'tool-missing', tool: 'pg_dump', install })
  const tools = found.find((candidate) => majorOf(candidate.version) >= server)
  if (!tools)
    return failure({
      code: 'tool-older',
      tool: 'pg_dump',
      version: newest.version,
      server: serverVersion,
      install,
    })
  if (server < transactionTimeoutSince && majorOf(tools.version) >= transactionTimeoutSince)
    return failure({
      code: 'tool-unfit',
      tool: 'pg_restore',
      version: tools.version,
      why: `it sets transaction_timeout, which a server ${server} does not know, so its restores fail`,
    })
  return ok(tools)
}

/** `pg_restore` 17 begins with `SET transaction_timeout = 0`, whichever server it restores into. */
const transactionTimeoutSince = 17

/** A Debian server calls itself `15.18 (Debian 15.18-0+deb12u1)`. */
const majorOf = (version: string): number => Number.parseInt(version, 10)
const minorOf = (version: string): number => Number(/^\d+\.(\d+)/.exec(version)?.[1] ?? 0)

/** How the packages with all of `ClientTools` are installed that fit a server. */
export function installTools(serverVersion: string): string {
  const major = majorOf(serverVersion)
  return process.platform === 'darwin'
    ? `brew install postgresql@${major}`
    : 'sudo apt-get install -y postgresql-common && ' +
        'sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && ' +
        `sudo apt-get install -y postgresql-client-${major}`
}

async function installations(environment: Environment): Promise<ClientTools[]> {
  const found = await Promise.all((await folders(environment)).map(installationIn))
  return found.filter((tools) => tools !== null)
}

async function folders(environment: Environment): Promise<string[]> {
  const only = environment[folderVariable]
  if (only) return [only]
  const versioned = await Promise.all(
    [
      ['/usr/lib/postgresql', 'bin'], // Debian
      ['/usr', 'bin', /^pgsql-\d+$/], // Red Hat
      ['/opt/homebrew/opt', 'bin', /^postgresql@\d+$/], // Homebrew on Apple silicon
      ['/usr/local/opt', 'bin', /^postgresql@\d+$/], // and on Intel
    ].map(async ([parent, bin, names = /./]) => {
      const entries = await readdir(parent as string).catch(() => [])
      return entries
        .filter((entry) => (names as RegExp).test(entry))
        .map((entry) => path.join(parent as string, entry, bin as string))
    }),
  )
  const fromPath = (environment['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
  const real = await Promise.all(
    [...versioned.flat(), ...fromPath].map((folder) => realpath(folder).catch(() => null)),
  )
  return [...new Set(real.filter((folder) => folder !== null))]
}

/** What is installed in this folder, or null. Debian's wrapper is passed over: what it would choose is found itself. */
async function installationIn(folder: string): Promise<ClientTools | null> {
  const [pgDump, pgRestore, psql, pgDumpall] = await Promise.all(
    ['pg_dump', 'pg_restore', 'psql', 'pg_dumpall'].map((name) => program(path.join(folder, name))),
  )
  if (!pgDump || !pgRestore || !psql) return null
  const [version, same] = await Promise.all([versionOf(pgDump), versionOf(pgRestore)])
  return version === null || version !== same
    ? null
    : { pgDump, pgRestore, psql, pgDumpall: pgDumpall ?? null, version }
}

async function program(file: string): Promise<string | null> {
  try {
    await access(file, constants.X_OK)
    return path.basename(await realpath(file)) === 'pg_wrapper' ? null : file
  } catch {
    return null
  }
}

/** `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, or `17beta1`. */
async function versionOf(file: string): Promise<string | null> {
  const { exitCode, lastLines } = await run(file, ['--version'], { environment: { LC_ALL: 'C' } })
  return exitCode === 0 ? (/\(PostgreSQL\) (\d[\w.]*)/.exec(lastLines.join('\n'))?.[1] ?? null) : null
}
