import { bold, code, say, type Line } from '../../domain/view.ts'
import { bytes, counted, seconds } from '../words/amounts.ts'
import { anyOf, codes, firstOf, joined, listed, whom } from '../words/line.ts'
import { errnoWords, type Wordings } from './wording.ts'
import { moment } from '../words/time.ts'
import { sessionsBriefly } from '../words/sessions.ts'
import { typed } from '../words/typed.ts'
import { untoldMeans, untoldNext } from './untold.ts'
import type { Difference } from '../../domain/problem.ts'
import { noRoles } from '../words/no-roles.ts'

const again: Line = say`then plan again: ${typed('plan')}`

const differences: Record<Difference, string> = {
  sql: 'the SQL changed',
  steps: 'the steps changed',
  server: 'the server is another one, or another version',
  schema: 'the tables that it touches changed',
  history: 'a migration was applied or removed since',
  runbook: 'the runbook changed',
}

/** What changed since a plan was made: `the SQL changed and the runbook changed`. */
export const differencesLine = (differs: readonly Difference[]): Line =>
  listed(differs.map((difference) => differences[difference]))

/** What the plan notices about the server's state, and what is wrong with plans and approvals. */
export const planProblems = {
  'long-transaction': ({ sessions }, seen) => ({
    what: say`A transaction is open for long: ${sessionsBriefly(sessions, seen)}.`,
    means: say`It would hold up the migration, and every reader behind it.`,
    next: say`Ask its owner to end it before the run. In the run it is shown again, and you can end it there.`,
  }),
  'sessions-open': ({ sessions }, seen) => ({
    what: say`${counted(sessions.length, 'session')} ${sessions.length === 1 ? 'is' : 'are'} on the database beside the application: ${sessionsBriefly(sessions, seen, 3)}.`,
    means: say`Who is still there when the run closes the database is shown, and asked about one by one.`,
    next: say`Tell their owners when the run begins.`,
  }),
  'background-workers': ({ sessions }, seen) => ({
    what: say`${counted(sessions.length, 'background worker')} ${sessions.length === 1 ? 'is' : 'are'} connected to the database: ${sessionsBriefly(sessions, seen, 3)}.`,
    means: say`Closing the database keeps out none that runs as a superuser, and most are begun again when they are ended: with users out, the run would wait for them and ask.`,
    next: say`Stop them before the run by what begins them: a setting of their extension, or ${code('ALTER SUBSCRIPTION … DISABLE')}. Begin them again after it.`,
  }),
  'prepared-transactions': ({ transactions }, seen) => ({
    what: say`${counted(transactions.length, 'prepared transaction')} ${transactions.length === 1 ? 'is' : 'are'} open: ${firstOf(
      transactions.map(({ gid, owner, since }) => say`${code(gid)} of ${owner} since ${moment(since, seen)}`),
      3,
    )}.`,
    means: say`It has no session to end, and holds its locks until somebody decides.`,
    next: say`Its owner types ${code('COMMIT PREPARED')} or ${code('ROLLBACK PREPARED')}, ${again}.`,
  }),
  'dump-running': ({ pid, since }, seen) => ({
    what: say`A pg_dump is running (PID ${bold(String(pid))}, since ${moment(since, seen)}).`,
    means: say`It holds locks that the migration waits for, and a killed dump looks complete without being so.`,
    next: say`Wait until it has ended, then try again.`,
  }),
  'wraparound-vacuum': ({ table, pid }) => ({
    what: say`An anti-wraparound vacuum is at work on ${code(table)} (PID ${bold(String(pid))}).`,
    means: say`It does not give way to a migration, and ending it only postpones it.`,
    next: say`Wait until it has ended, then try again.`,
  }),
  'lock-timeout-short': ({ lockTimeout, deadlockTimeout }) => ({
    what: say`A statement waits ${seconds(lockTimeout / 1000)} for its lock (${code('window.lockTimeout')}), and autovacuum gives way only after ${seconds(deadlockTimeout / 1000)} (${code('deadlock_timeout')}).`,
    means: say`If it is at work on one of these tables in the window, no try gets its lock before it has ended.`,
    next: say`Set ${code('window.lockTimeout')} to more than ${seconds(deadlockTimeout / 1000)}, or take the risk.`,
  }),
  'replica-lag': ({ replica, bytes: behind }) => ({
    what: say`Replica ${code(replica)} is ${bytes(behind)} behind.`,
    means: say`What reads from it sees the old schema for longer, and it is no replacement if the primary fails.`,
    next: say`Wait until it has caught up, or approve it knowing that.`,
  }),
  'replication-slot-inactive': ({ slot, bytes: kept }) => ({
    what: say`Replication slot ${code(slot)} is used by nobody and keeps ${bytes(kept)} of write-ahead log.`,
    means: say`The migration’s log is kept too: the disk may fill.`,
    next: say`Bring its reader back, or drop it: ${code(`SELECT pg_drop_replication_slot('${slot}')`)}.`,
  }),
  'logical-subscriber': ({ slots }) => ({
    what: say`Another database subscribes to this one: ${codes(slots)}.`,
    means: say`It stops at the first row of a column that it does not have, while its slot keeps the log.`,
    next: say`Migrate the subscriber first, ${again}.`,
  }),
  'synchronous-standby': ({ names }) => ({
    what: say`Commits wait for a synchronous standby (${code(names)}).`,
    means: say`If it is away, the migration’s commit hangs, although it is done on this server.`,
    next: say`Check that the standby is up before the run.`,
  }),
  'event-triggers': ({ triggers }) => ({
    what: say`${counted(triggers.length, 'event trigger')} ${triggers.length === 1 ? 'runs' : 'run'} when the schema changes: ${codes(triggers)}.`,
    next: say`Ask their owner what they do to this migration before you approve.`,
  }),
  'row-triggers': ({ table, triggers }) => ({
    what: say`${code(table)} has ${counted(triggers.length, 'trigger')}: ${codes(triggers)}.`,
    means: say`They also run in the try-out; what they do outside of the database is not rolled back.`,
    next: say`Read what they do before you approve.`,
  }),
  'connection-roles-super': ({ roles }) => ({
    what: say`${counted(roles.length, 'superuser')} can connect although the database is closed: ${codes(roles)}.`,
    next: say`Tell their owners when the run begins; who is connected is shown in Drain.`,
  }),
  'disk-short': ({ folder, free, needs }) => ({
    what: say`${code(folder)} has ${bytes(free)} free; the backup may need ${bytes(needs)}.`,
    next: say`Free or add disk, or name another folder in Lockkeeper’s configuration (backups); then try again.`,
  }),
  'disk-unknown': ({ folder, errno }) => ({
    what: say`How much is free on ${code(folder)} cannot be read (${errnoWords(errno)}).`,
    next: say`Look yourself (${code(`df -h ${folder}`)}) before you approve.`,
  }),
  'backup-folder': ({ folder, errno }) => ({
    what: say`Backups cannot be written to ${code(folder)} (${errnoWords(errno)}).`,
    next: say`${['ENOSPC', 'EDQUOT'].includes(errno) ? 'Free or add disk' : 'Correct the folder or its permissions'}, or name another folder in Lockkeeper’s configuration (backups); then try again.`,
  }),
  'backup-without-roles': ({ missing, install }) => ({
    what: say`The backup will have no roles: ${noRoles(missing)}.`,
    means: say`A restore on this server needs none. On another server the owners and the application’s role must be made by hand first.`,
    next:
      missing.why === 'no-tool'
        ? say`Type where Lockkeeper runs: ${code(install)}. Then plan again. Or approve it knowing that.`
        : say`Run ${code('pg_dumpall --globals-only')} there as a role that may, and keep what it writes; or approve it knowing that.`,
  }),
  'tool-missing': ({ tool, install }) => ({
    what: say`${code(tool)} is not installed where Lockkeeper runs.`,
    next: say`Type there: ${code(install)}. Then try again.`,
  }),
  'tool-older': ({ tool, version, server, install }) => ({
    what: say`${code(tool)} is version ${version}, the server is ${server}.`,
    means: say`An older client refuses a newer server.`,
    next: say`Type where Lockkeeper runs: ${code(install)}. Then try again.`,
  }),
  'tool-unfit': ({ tool, version, why }) => ({
    what: say`${code(tool)} ${version} cannot be used: ${why}.`,
    next: say`Install the client tools of the server’s own version where Lockkeeper runs, then try again.`,
  }),
  'application-role-unfit': ({ role, why }) => ({
    what: say`The application’s role ${code(role)} ${
      {
        missing: 'does not exist',
        owner: 'owns the database',
        super: 'is a superuser',
        'cannot-connect': 'may not connect to the database',
      }[why]
    }.`,
    means: say`${why === 'owner' || why === 'super' ? 'It can change what a run has closed, and the try-out proves nothing.' : 'The try-out and the start would fail.'}`,
    next: say`Name the role that the application connects as (target.application.role), or correct the role; ${again}.`,
  }),
  'owner-missing': ({ role }) => ({
    what: say`The role that shall own what the migration makes, ${code(role)}, does not exist.`,
    means: say`The migration would fail at its first statement.`,
    next: say`Correct it in the runbook (target.owner), or create the role; ${again}.`,
  }),
  'owner-other': ({ role, owners, makes }) => ({
    what: say`What ${codes(makes)} ${makes.length === 1 ? 'makes' : 'make'} would belong to ${code(role)}; the tables here belong to ${codes(owners)}.`,
    means: say`Whoever changes these tables could not change what is new, nor can the application use it without being granted.`,
    next: say`Name the owner in the runbook (${code(`target.owner: ${owners[0] ?? ''}`)}), ${again}.`,
  }),
  'service-state-unknown': ({ service, why }) => ({
    what: say`Whether ${code(service)} runs cannot be told: ${why}.`,
    next: say`Correct that on its host or in the runbook, then try again.`,
  }),
  'service-not-running': ({ service }) => ({
    what: say`${code(service)} is not running.`,
    means: say`A run starts what it stopped: it would leave this service stopped.`,
    next: say`Start it first if it should be up, ${again}.`,
  }),
  'variables-unset': ({ variables }) => ({
    what: say`${counted(variables.length, 'environment variable')} ${variables.length === 1 ? 'is' : 'are'} not set where Lockkeeper runs: ${codes(variables)}.`,
    means: say`A service would not start again, or could not be checked.`,
    next: say`Set ${variables.length === 1 ? 'it' : 'them'} and start Lockkeeper again, ${again}.`,
  }),
  'tables-missing': ({ tables }) => ({
    what: say`The runbook counts ${counted(tables.length, 'table')} that ${tables.length === 1 ? 'does' : 'do'} not exist: ${codes(tables)}.`,
    means: say`The run would stop there while users wait.`,
    next: say`Correct the names in the runbook (verification.counts), ${again}.`,
  }),
  'window-short': ({ needsSeconds, withinSeconds }) => ({
    what: say`The steps of the window may take ${seconds(needsSeconds)}, the way back included; the runbook allows ${seconds(withinSeconds)}.`,
    means: say`The deadline would come before the migration could begin, or be taken back.`,
    next: say`Allow more time in the runbook (window.within), and tell the users; ${again}.`,
  }),
  'plan-stale': ({ plan, differs }) => ({
    what: say`Plan ${plan} is out of date: ${differencesLine(differs)}. Nothing was run.`,
    next: say`Plan again; its approvals do not carry over: ${typed('plan')}.`,
  }),
  'plan-under-way': ({ runbook, as, by, since }, seen) => ({
    what: say`${by ? whom(by) : 'Somebody'} is making a plan ${as === 'rollback' ? 'to take back' : 'of'} ${code(runbook)}${since ? say`, since ${moment(since, seen)}` : ''}.`,
    means: say`A second one would only take its place, and drop what is approved meanwhile. Nothing was done.`,
    next: say`Wait until it is made, and see it with ${typed('status')}.`,
  }),
  'plan-gone': ({ plan, because, by }) => ({
    what: say`Plan ${plan} was ${{ discarded: 'discarded', used: 'run', replaced: 'replaced by a newer one' }[because]}${by ? say` by ${whom(by)}` : ''}.`,
    next:
      because === 'used'
        ? say`See what became of it with ${typed('status')}; a plan is run once. Another one: ${typed('plan')}.`
        : say`See the plans there are with ${typed('status')}, or make one: ${typed('plan')}.`,
  }),
  'plan-blocked': ({ plan, blockers }) => ({
    what: say`Plan ${plan} has ${counted(blockers, 'blocker')}: it cannot be run.`,
    next: say`Remove what blocks it (the plan’s message says how), ${again}.`,
  }),
  'plan-unknown': ({ plan, known }) => ({
    what: plan ? say`There is no plan ${code(plan)}.` : say`Which plan?`,
    next: known.length
      ? say`Open plans: ${codes(known)}.`
      : say`No plan is open. Make one: ${typed('plan')}.`,
  }),
  'plan-expired': ({ plan, at }) => ({
    what: say`Plan ${plan} expired ${moment(at)}.`,
    next: say`Plan again: ${typed('plan')}.`,
  }),
  'approvals-missing': ({ plan, missing }) => ({
    what: say`Plan ${plan} still waits for ${joined(missing.map(({ says, role, people }) => say`${says} by ${people === 1 ? 'one' : people} of ${{ role }}`))}.`,
    next: say`They type ${typed(`approve ${plan}`)}, or click Approve… on the plan.`,
  }),
  'approval-own': ({ plan, others }) => ({
    what: say`You made plan ${plan}; somebody else approves it.`,
    next: say`Ask ${anyOf(others, 'another person of its approvers')}.`,
  }),
  'approval-again': ({ plan, at }) => ({
    what: say`You approved plan ${plan} ${moment(at)}: it counts once.`,
    next: say`Nothing to do. What it still waits for is on the plan’s message.`,
  }),
  'approval-not-yours': ({ plan, roles, people, untold }) => ({
    what: say`Approving plan ${plan} needs ${listed(
      roles.map((role) => ({ role })),
      'or',
    )}.`,
    ...(untold && { means: untoldMeans(untold) }),
    next: say`Ask ${anyOf(people, 'somebody who has that role')}.${untold ? untoldNext(untold) : []}`,
  }),
} satisfies Partial<Wordings>
