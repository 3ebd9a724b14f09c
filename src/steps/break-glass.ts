import path from 'node:path'
import type { Approved } from '../domain/plan.ts'
import type { Done } from '../domain/step.ts'
import type { Runbook, Service } from '../domain/runbook.ts'
import type { Unit } from '../domain/script.ts'
import { listableUrl } from '../adapters/libpq.ts'
import type { TargetAddress } from '../adapters/postgres/target-address.ts'
import { lockTimeoutOf } from '../engines/applying/lock-timeout.ts'
import { defaultSchema } from '../engines/statements/tree.ts'
import { quoted, shellLine } from '../shell-line.ts'
import { shellFunctions } from './shell-functions.ts'

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
  /** Who may connect before anything is taken, as PostgreSQL writes it; null: its default. */
  acl: readonly string[] | null
  /** Those that run now, in the order of starting. */
  services: readonly Service[]
  /** Absolute paths on this host: a shell may have another PATH than Lockkeeper, or lack what other hosts have. */
  programs: { psql: string; node: string }
}

/**
 * The break-glass card: everything that undoes a run without us, in the order it is typed. It looks first; it ends what
 * a dead process left before it touches anything, because that may still commit; it stops what runs before it changes the
 * database under it; and at the end it checks what it claims. Each command says what it did, and fails where it did not.
 */
export function commandsByHand(undoing: Undoing): ByHand[] {
  const { approved, applicationName, downFile, access, acl, services, programs } = undoing
  const { target, migration, folder } = approved.runbook
  const reached = listableUrl(undoing.address)
  const psql = (rest: string) => `${quoted(programs.psql)} ${quoted(reached.url)} -X ${rest}`
  const sql = (statement: string) => psql(`-v ON_ERROR_STOP=1 -c ${quoted(statement)}`)
  const ours = `datname = current_database() AND application_name = ${literal(applicationName)}`
  const { column } = approved.history
  const id = `"${column.replaceAll('"', '""')}"`
  const has = `SELECT count(*) FROM ${approved.history.table} WHERE ${id} = ${literal(migration)}`
  const historyCommand = psql(`-Atq -c ${quoted(has)}`)
  const functions = shellFunctions({ services, folder, historyCommand, migration, node: programs.node })
  const each = (what: (name: string) => string, command: string): ByHand[] =>
    services.map(({ name }) => ({ what: what(name), command: `${command} ${quoted(name)}` }))
  return [
    ...passwordByHand(target.url, reached.password, programs.node),
    ...functions.map((command, i) => ({
      what: `Once in this shell${variablesOf(services)}: what the lines below use, ${i + 1} of ${functions.length}`,
      command,
    })),
    { what: `Look: is ${migration} in the history?`, command: 'history_look' },
    {
      what: 'Look: who is connected?',
      command: sql(
        'SELECT pid, usename, application_name, client_addr, state, xact_start FROM pg_stat_activity WHERE datname = current_database() ORDER BY backend_start',
      ),
    },
    ...each((name) => `Look: does ${name} run, and which release?`, 'service_look'),
    {
      what: 'End what Lockkeeper left there, when Lockkeeper itself is dead. Then look at the history again',
      command: sql(`SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ours}`),
    },
    ...(downFile
      ? [
          ...each(
            (name) => `Only if ${migration} is in the history and shall be taken back: stop ${name}`,
            'service_stop',
          ).toReversed(),
          {
            what: `Only if ${migration} is in the history and shall be taken back: take it back, before users are in. Rows that would be lost are archived in lockkeeper_kept first. If this fails, the transaction that failed changed nothing; then keep the migration`,
            command: [
              ...services.map(({ name }) => `service_is_stopped ${quoted(name)}`),
              psql(`-v ON_ERROR_STOP=1 -f ${quoted(downFile)}`),
            ].join(' && '),
          },
          { what: `Look again: is ${migration} in the history?`, command: 'history_look' },
        ]
      : []),
    ...services.flatMap((service) => releaseByHand(service, folder)),
    ...access.map((line) => ({
      what: `Let everybody into ${target.database} as before`,
      command: sql(line),
    })),
    { what: `Check: can connect to ${target.database} who could before?`, command: sql(accessCheck(acl)) },
    ...each((name) => `Start ${name}, unless it runs`, 'service_start'),
    ...each((name) => `Check: is ${name} healthy, and does its release fit the history?`, 'service_check'),
  ]
}

/** A shell of the night has not what Lockkeeper hands on: without it a service starts, and ends again. */
function variablesOf(services: readonly Service[]): string {
  const names = [...new Set(services.flatMap(({ environment }) => environment ?? []))]
  return names.length === 0 ? '' : `, where these variables are set (${names.join(', ')})`
}

/** Fails unless the ACL of the database is what it was before the run; null is PostgreSQL's default. */
function accessCheck(acl: readonly string[] | null): string {
  const now = 'coalesce(datacl, acldefault($$d$$, datdba))'
  const was = acl
    ? `${literal(`{${acl.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`)}::aclitem[]`
    : 'acldefault($$d$$, datdba)'
  return `DO $check$ BEGIN IF NOT (SELECT ${now} @> ${was} AND ${now} <@ ${was} FROM pg_database WHERE datname = current_database()) THEN RAISE EXCEPTION 'Who may connect is NOT as before the run: see \\l'; END IF; RAISE NOTICE 'Who may connect is as before the run'; END $check$`
}

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

/**
 * Statements as psql runs them, with the transactions and the settings that the run would use: unqualified names mean the
 * same, and nobody queues for long behind a lock.
 */
export function sqlByHand(
  units: readonly Unit[],
  { lockTimeout, statementTimeout }: Pick<Runbook['window'], 'lockTimeout' | 'statementTimeout'>,
  guards: { before: string; after: string } = { before: '', after: '' },
  archive: readonly string[] = [],
): string {
  const waitsForLocks = (milliseconds: number): string => `SET lock_timeout = ${milliseconds};`
  const top = [
    '-- A transaction that fails is rolled back as a whole; what was committed before it stays.',
    "SET client_encoding = 'UTF8';",
    `SET search_path = ${defaultSchema};`,
    `SET statement_timeout = ${statementTimeout};`,
    waitsForLocks(lockTimeout),
    guards.before,
    '',
  ]
  const first = units.findIndex((unit) => unit.in === 'transaction')
  const alone = archive.length > 0 && first < 0 ? ['BEGIN;', ...archive, 'COMMIT;', ''] : []
  const parts = units.map((unit, i) => {
    if (unit.in === 'transaction')
      return [
        'BEGIN;',
        ...(i === first ? archive : []),
        ...unit.statements.map((statement) => ended(statement.text)),
        'COMMIT;',
        '',
      ]
    const { begin, role, statement, end } = unit
    const work = role ? [role.text, statement.text, 'RESET ROLE'] : [statement.text]
    const texts = [...begin.map(({ text }) => text), ...work, ...end.map(({ text }) => text)]
    const waits = lockTimeoutOf(unit, lockTimeout)
    if (waits === lockTimeout) return [...texts.map(ended), '']
    return [waitsForLocks(waits), ...texts.map(ended), waitsForLocks(lockTimeout), '']
  })
  return [top, alone, ...parts, [guards.after]].map((lines) => lines.join('\n')).join('\n')
}

/** How long the sessions of an application that has just ended are waited for, in tenths of a second. */
const leaves = 50

/**
 * What is asked before the way down is run by hand, and after it. Before: all of it is in the history, and the
 * application is not connected, whatever host it runs on. After: nothing of it is in the history.
 */
export function guardsOf(
  { approved }: Pick<Undoing, 'approved'>,
  migrations: readonly string[],
): { before: string; after: string } {
  const { column, table } = approved.history
  const role = literal(approved.runbook.target.application.role)
  const listed = migrations.map(literal).join(', ')
  const count = `SELECT count(*) FROM ${table} WHERE "${column.replaceAll('"', '""')}" IN (${listed})`
  const connected = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = ${role}`
  return {
    before: `DO $guard$ BEGIN
  IF (${count}) <> ${migrations.length} THEN RAISE EXCEPTION 'Not all that is taken back is in the history. Nothing was changed'; END IF;
  FOR i IN 1..${leaves} LOOP
    EXIT WHEN NOT EXISTS (${connected});
    PERFORM pg_sleep(0.1), pg_stat_clear_snapshot();
  END LOOP;
  IF EXISTS (${connected}) THEN RAISE EXCEPTION '% is connected: stop the application first. Nothing was changed', ${role}; END IF;
END $guard$;`,
    after: `DO $guard$ BEGIN
  IF (${count}) <> 0 THEN RAISE EXCEPTION 'It is NOT taken back: it is still in the history'; END IF;
END $guard$;
\\echo 'Taken back: it is not in the history any more'
`,
  }
}

const ended = (statement: string): string => `${statement.trimEnd().replace(/;$/, '')};`

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
