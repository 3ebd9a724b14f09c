import { code, say, type Line } from '../../domain/view.ts'
import { codes, firstOf, joined } from '../words/line.ts'
import { moment } from '../words/time.ts'
import { counted, seconds } from '../words/amounts.ts'
import { errnoWords, type Wordings } from './wording.ts'
import { typed, typedInTerminal } from '../words/typed.ts'
import type { PrivilegeUse, Problems, UrlFault } from '../../domain/problem.ts'

const privilegeUses: Record<PrivilegeUse, string> = {
  identity: 'it cannot tell which server this is',
  close: 'it cannot keep others out of the database',
  end: 'it cannot end sessions that do not leave',
  dump: 'it cannot back up what it cannot read',
  migrate: 'it cannot change these tables',
  'try-out': 'it cannot act as the application does',
  keep: 'it cannot keep what a rollback drops',
  mark: 'it cannot note how far a migration came that commits in several parts',
  own: 'it cannot make what the migration makes as its owner',
  record: 'the migration writes its own row of the history',
}

const urlFaults: Record<UrlFault, string> = {
  'not-a-url': 'it is no URL',
  'not-postgres': 'it does not begin with postgres://',
  'other-database': 'it names another database than the runbook (target.database)',
}

/** SQLSTATEs with which a server turns a connection away, and what helps. */
const refusals: Record<string, string> = {
  '28P01': 'Correct the password in the target’s URL and restart Lockkeeper.',
  '28000': 'Let this role in from Lockkeeper’s host (pg_hba.conf), or use another role.',
  '42501': 'Grant the role CONNECT on the database.',
  '53300': 'The server takes no more connections: end some, or raise max_connections. Then try again.',
  '57P03': 'The server is starting or stopping: try again in a minute.',
}

const restart = 'restart Lockkeeper and try again'

const terminate = (pids: readonly number[]): Line =>
  codes(
    pids.map((pid) => `SELECT pg_terminate_backend(${pid})`),
    3,
  )

/** `ENOENT: it does not exist`, or a SQLSTATE with its name. */
const whyAway = (why: string | null): string => (why === null ? 'no server runs there' : errnoWords(why))

/** What gives everything back without us. `elsewhere`: where a card is if the bot has another host; null: it has not. */
function byHand(cards: Problems['store-away']['cards'], elsewhere: string | null): Line {
  if (cards.length === 0 && elsewhere === null) return []
  const files = cards.map(({ file, at }) => say`${code(file)} (written ${moment(at)})`)
  return say` If users cannot wait, stop the bot and give everything back by hand, with the break-glass card of the run that is under way: ${
    files.length > 0
      ? joined(files)
      : say`here is none; it is in the run’s thread, and in ${code(elsewhere ?? '')} on the bot’s host`
  }.`
}

/** The servers of target and bot, and the way to them. */
export const serverProblems = {
  'target-unset': ({ variable }) => ({
    what: say`${code(variable)} is not set, so Lockkeeper has no way to the database.`,
    next: say`Set it in Lockkeeper’s environment to the database’s PostgreSQL URL, ${restart}.`,
  }),
  'target-url-bad': ({ variable, why }) => ({
    what: say`${code(variable)} is not the URL of the target: ${urlFaults[why]}.`,
    means: say`Its value is a secret and is not shown.`,
    next: say`Correct it in Lockkeeper’s environment, ${restart}.`,
  }),
  'target-unreachable': ({ host, database, errno }) => ({
    what: say`${code(host)} does not answer for ${code(database)} (${errnoWords(errno)}).`,
    next: say`Check that the server is up and can be reached from Lockkeeper’s host, then try again.`,
  }),
  'target-refused': ({ host, database, role, sqlstate, condition }) => ({
    what: say`${code(host)} refused ${code(role)} on ${code(database)}: ${code(`${sqlstate} ${condition}`)}.`,
    next: [refusals[sqlstate] ?? 'Check the target’s URL and what the role may do, then try again.'],
  }),
  'target-missing': ({ host, database }) => ({
    what: say`There is no database ${code(database)} on ${code(host)}.`,
    means: say`Nothing is created in its place.`,
    next: say`Correct the name in the target’s URL or in the runbook (target.database), then try again.`,
  }),
  'target-is-ours': ({ database, host }) => ({
    what: say`${code(database)} on ${code(host)} is Lockkeeper’s own database.`,
    means: say`It is never a target: a run would close the door on itself.`,
    next: say`Name the application’s database in the runbook’s target, then plan again.`,
  }),
  'target-in-recovery': ({ host }) => ({
    what: say`${code(host)} is a standby (in recovery): nothing can be changed there.`,
    next: say`Point the target’s URL at the primary, ${restart}.`,
  }),
  'target-is-another': ({ differs, planned, found }) => ({
    what: say`This is another database than the planned one: ${firstOf(differs, 6)}.`,
    means: say`Planned: ${planned}. Found: ${found}. Nothing was run on it.`,
    next: say`Point the target’s URL back at the planned server and try again, or make a new plan for this one: ${typed('plan')}.`,
  }),
  'target-taken': ({ by }) => ({
    what: say`The database is held by ${code(by)}.`,
    means: say`Another run, another Lockkeeper or a person is at it. Nothing was changed.`,
    next: say`Wait until that has ended, or end it where it runs; then try again.`,
  }),
  'target-through-pooler': ({ host }) => ({
    what: say`${code(host)} is a connection pooler, not the server itself.`,
    means: say`Locks and settings of a session do not hold through it.`,
    next: say`Put the server’s own address into the target’s URL, ${restart}.`,
  }),
  'server-too-old': ({ version, needs }) => ({
    what: say`The server is PostgreSQL ${version}; Lockkeeper needs ${needs} or later.`,
    next: say`Upgrade the server first, then plan again.`,
  }),
  'monitoring-missing': ({ role }) => ({
    what: say`${code(role)} may not see other sessions of the server.`,
    means: say`Without that nobody can tell whether the database is empty, and an unknown stops a run.`,
    next: say`A superuser types ${code(`GRANT pg_monitor TO "${role}"`)}; then plan again.`,
  }),
  'privilege-missing': ({ role, needs, why }) => ({
    what: say`${code(role)} lacks ${code(needs)}: ${privilegeUses[why]}.`,
    next: say`Let the database’s owner or a superuser grant it, then plan again.`,
  }),
  'fence-held': ({ pids, seconds: waited }) => ({
    what: say`${counted(pids.length, 'session')} of this run (PID ${firstOf(pids.map(String), 6)}) ${pids.length === 1 ? 'is' : 'are'} still on the server after ${seconds(waited)}.`,
    means: say`They were left by a life or a program of it that has ended. While they are there they may still commit.`,
    next: say`Retry. If they stay, a superuser types ${terminate(pids)}, then Retry.`,
  }),
  'store-away': ({ store, why, card, cards }) => ({
    what:
      'host' in store
        ? say`Lockkeeper’s own database cannot be used: ${code(store.database)} on ${code(store.host)}, from ${code('DATABASE_URL')} (${whyAway(why)}).`
        : say`Lockkeeper’s own database cannot be used: it is embedded in ${code(store.embeddedIn)}, since ${code('DATABASE_URL')} is not set (${whyAway(why)}).`,
    means: say`Nothing can be seen or answered from here. While the bot cannot use it either, no run makes progress: what a run has stopped or closed stays so. Once it is back, runs go on.`,
    next: say`${
      'host' in store
        ? say`Bring it back, or correct ${code('DATABASE_URL')}.`
        : say`Start the bot, which starts it: ${typedInTerminal('start')}.`
    }${byHand(cards, 'host' in store ? card : null)}`,
  }),
  'store-unreadable': ({ folder, owner, user }) => ({
    what: say`Lockkeeper’s own database is embedded in ${code(folder)}, which belongs to ${code(owner)}: ${code(user)} may not read it.`,
    means: say`Nothing can be seen or answered from here. This says nothing about the bot: it may be at work.`,
    next: say`Type it as ${code(owner)}: ${code(`sudo -u ${owner}`)} ${typedInTerminal('status')}. Or give the bot a PostgreSQL server of its own, and everybody who uses the terminal its ${code('DATABASE_URL')}.`,
  }),
  'store-newer': ({ found, known }) => ({
    what: say`A newer release of Lockkeeper has changed Lockkeeper’s own database in a way that this release does not know: the schema has version ${found}, this release knows ${known}.`,
    means: say`This release did not start and changed nothing. Bots of the newer release go on with all runs.`,
    next: say`Start the newer release on every machine that shares this database.`,
  }),
  'session-lost': ({ host, during, errno }) => ({
    what: say`The connection to ${code(host)} was lost during ${during} (${errnoWords(errno)}).`,
    means: say`The server rolls back what was not committed. Whether the last commit went through is looked at before anything else is done.`,
    next: say`When the server answers again: Retry. It looks first.`,
  }),
} satisfies Partial<Wordings>
