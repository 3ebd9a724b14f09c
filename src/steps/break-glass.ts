import path from 'node:path'
import type { Approved } from '../domain/plan.ts'
import type { Done } from '../domain/step.ts'
import type { Runbook, Service } from '../domain/runbook.ts'
import type { Unit } from '../domain/script.ts'
import { listableUrl } from '../adapters/libpq.ts'
import type { TargetAddress } from '../adapters/postgres/target-address.ts'
import { lockTimeoutOf } from '../engines/applying/lock-timeout.ts'
import { defaultSchema } from '../engines/statements/tree.ts'
import { quoted, shellLine } from '../adapters/services/shell-line.ts'

type ByHand = Done['card']['commands'][number]

/** What has to be known to undo a run by hand. */
interface Undoing {
  approved: Approved
  /** `application_name` of the run's sessions. */
  applicationName: string
  /** How psql reaches the database. */
  address: Pick<TargetAddress, 'url' | 'database'>
  /** Lines of SQL that let in again who was let in. */
  access: readonly string[]
  /** Down's own statements as a file, or null: there is no way down. */
  downFile: string | null
  /** Those that run now, in the order of starting. */
  services: { service: Service; startCommand: string }[]
  /** Absolute paths on this host: a shell may have another PATH than Lockkeeper, or lack what other hosts have. */
  programs: { psql: string; node: string }
}

/**
 * The break-glass card: everything that undoes a run without us, in the order it is typed. It looks first; it ends what
 * a dead process left before it touches anything, because that may still commit.
 */
export function commandsByHand(undoing: Undoing): ByHand[] {
  const { approved, applicationName, downFile, access, services, programs } = undoing
  const { target, migration } = approved.runbook
  const reached = listableUrl(undoing.address)
  const psql = (rest: string) => `${quoted(programs.psql)} ${quoted(reached.url)} -X ${rest}`
  const sql = (statement: string) => psql(`-c ${quoted(statement)}`)
  const ours = `datname = current_database() AND application_name = ${literal(applicationName)}`
  const { column } = approved.history
  const id = `"${column.replaceAll('"', '""')}"`
  return [
    ...passwordByHand(target.url, reached.password, programs.node),
    {
      what: `Look: is ${migration} in the history?`,
      command: sql(`SELECT ${id} FROM ${approved.history.table} ORDER BY ${id} DESC LIMIT 5`),
    },
    {
      what: 'Look: who is connected?',
      command: sql(
        'SELECT pid, usename, application_name, client_addr, state, xact_start FROM pg_stat_activity WHERE datname = current_database() ORDER BY backend_start',
      ),
    },
    {
      what: 'End what Lockkeeper left there, when Lockkeeper itself is dead. Then look at the history again',
      command: sql(`SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ours}`),
    },
    ...(downFile
      ? [
          {
            what: `Only if ${migration} is in the history, and it shall be taken back before users are in`,
            command: psql(`-v ON_ERROR_STOP=1 -f ${quoted(downFile)}`),
          },
        ]
      : []),
    ...services.flatMap(({ service }) => releaseByHand(service, approved.runbook.folder)),
    ...access.map((line) => ({
      what: `Let everybody into ${target.database} as before`,
      command: sql(line),
    })),
    ...services.map(({ service, startCommand }) => ({
      what: `Start ${service.name}${inShell(service.environment)}`,
      command: startCommand,
    })),
    ...services.map(({ service }) => ({
      what: `Look: is ${service.name} healthy?`,
      command: healthByHand(service.health.url, programs.node),
    })),
  ]
}

/** A shell of the night has not what Lockkeeper hands on: without it the service starts, and ends again. */
const inShell = (names: readonly string[] = []): string =>
  names.length === 0 ? '' : `, in a shell where its variables are set: ${names.join(', ')}`

/** psql shows its arguments to everybody on the host, and takes a URL for one: its password goes by the environment. */
function passwordByHand(variable: string, password: 'user' | 'query' | null, node: string): ByHand[] {
  if (!password) return []
  const url = `new URL(process.env.${variable})`
  const value =
    password === 'user' ? `decodeURIComponent(${url}.password)` : `${url}.searchParams.get("password")`
  return [
    {
      what: `Once in this shell, where ${variable} is set: the password, for psql. Without it psql asks for the password`,
      command: `export PGPASSWORD="$(${quoted(node)} -p '${value}')"`,
    },
  ]
}

/**
 * Asks as the smoke test does: 200 is healthy, nothing else is, and a redirect is not followed. It always prints what it
 * saw, and exits with 1 unless that was 200. Node runs it because a host of Lockkeeper has Node, and may lack curl.
 */
function healthByHand(url: string, node: string): string {
  const script = [
    'const look = fetch(process.argv[1], { redirect: "manual", signal: AbortSignal.timeout(10000) })',
    'look.then((r) => r.status, (e) => e.cause?.code ?? e.message).then((saw) => {',
    'console.log(saw === 200 ? "healthy: 200" : `NOT healthy: ${saw}`); process.exit(saw === 200 ? 0 : 1) })',
  ]
  return `${quoted(node)} -e '${script[0]}; ${script[1]} ${script[2]}' ${urlForShell(url)}`
}

/** Which release fits depends on the history; so both ways stand there. */
function releaseByHand({ name, release, directory }: Service, folder: string): ByHand[] {
  if (!release) return []
  const commands = [
    {
      fits: 'is not in the history',
      command: release.before.deploy ?? release.after.undeploy,
      version: release.before.version,
    },
    {
      fits: 'is in the history',
      command: release.after.deploy ?? release.before.undeploy,
      version: release.after.version,
    },
  ]
  return commands.flatMap(({ fits, command, version }) =>
    command
      ? [
          {
            what: `Only if the migration ${fits}: put release ${version} of ${name} in place`,
            command: `cd ${quoted(path.resolve(folder, directory))} && ${shellLine(command)}`,
          },
        ]
      : [],
  )
}

/** The card as a file: text with commands to copy, each under what it does. */
export function cardText(title: string, commands: readonly ByHand[]): string {
  const steps = commands.map(({ what, command }, i) => `# ${i + 1}. ${what}\n${command}\n`)
  return [
    `# ${title}`,
    '# Top to bottom, one by one. Whether to type what begins with "Only if", the history tells.',
    '',
    ...steps,
  ].join('\n')
}

/**
 * Statements as psql runs them, with the transactions and the settings that the run would use: unqualified names mean the
 * same, and nobody queues for long behind a lock.
 */
export function sqlByHand(
  units: readonly Unit[],
  { lockTimeout, statementTimeout }: Pick<Runbook['window'], 'lockTimeout' | 'statementTimeout'>,
): string {
  const waitsForLocks = (milliseconds: number): string => `SET lock_timeout = ${milliseconds};`
  const top = [
    '-- A transaction that fails is rolled back as a whole; what was committed before it stays.',
    "SET client_encoding = 'UTF8';",
    `SET search_path = ${defaultSchema};`,
    `SET statement_timeout = ${statementTimeout};`,
    waitsForLocks(lockTimeout),
    '',
  ]
  const parts = units.map((unit) => {
    if (unit.in === 'transaction')
      return ['BEGIN;', ...unit.statements.map((statement) => ended(statement.text)), 'COMMIT;', '']
    const { begin, role, statement, end } = unit
    const work = role ? [role.text, statement.text, 'RESET ROLE'] : [statement.text]
    const texts = [...begin.map(({ text }) => text), ...work, ...end.map(({ text }) => text)]
    const waits = lockTimeoutOf(unit, lockTimeout)
    if (waits === lockTimeout) return [...texts.map(ended), '']
    return [waitsForLocks(waits), ...texts.map(ended), waitsForLocks(lockTimeout), '']
  })
  return [top, ...parts].map((lines) => lines.join('\n')).join('\n')
}

const ended = (statement: string): string => `${statement.trimEnd().replace(/;$/, '')};`

/** `{NAME}` in a runbook's URL is an environment variable. A shell that lacks it says so and runs nothing. */
const urlForShell = (url: string): string =>
  `"${url.replace(/[\\"$`]/g, '\\$&').replace(/\{([A-Z][A-Z0-9_]*)\}/g, '${$1:?}')}"`

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
