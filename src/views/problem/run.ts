import { bold, code, say } from '../../domain/view.ts'
import { counted, seconds } from '../words/amounts.ts'
import { clipped, codes, firstOf, joined, whom } from '../words/line.ts'
import { moment } from '../words/time.ts'
import { expectedAndSeen, failureLine, ourStatement, type Wordings } from './wording.ts'
import { endedBriefly, sessionsBriefly, sortLines } from '../words/sessions.ts'
import { typed } from '../words/typed.ts'

const exit = (exitCode: number | null): string => (exitCode === null ? '' : `, exit code ${exitCode}`)

const serviceVerbs = { stop: 'stopped', start: 'started', deploy: 'deployed', undeploy: 'undeployed' }

/** What steps of a run meet. */
export const runProblems = {
  cancelled: ({ by }) => ({
    what: say`Cancelled by ${whom(by)}.`,
    next: say`Choose how to go on.`,
  }),
  'backup-failed': ({ tool, exitCode, signal, reason }) => ({
    what: say`The backup failed: ${code(tool)} ended${exit(exitCode)}${signal ? `, by ${signal}` : ''} (${reason}).`,
    means: say`No file of it is kept. The database was only read.`,
    next: say`Correct the cause and retry.`,
  }),
  'backup-unreadable': ({ path, why, detail }) => ({
    what: say`The backup ${code(path)} is not usable: ${
      {
        checksum: 'its checksum is not the recorded one',
        decompress: 'it cannot be unpacked',
        'restore-list': 'pg_restore cannot read it',
        tables: 'tables are missing in it',
      }[why]
    } (${detail}).`,
    means: say`It does not count as a backup.`,
    next: say`Make another one: ${typed('backup')}; or retry.`,
  }),
  'service-failed': ({ service, doing, reason, exitCode, output }) => ({
    what: say`${code(service)} could not be ${serviceVerbs[doing]}: ${reason}${exit(exitCode)}.`,
    ...(output && { means: say`Its last words: ${code(clipped(output.split('\n').at(-1) ?? '', 200))}` }),
    next:
      doing === 'deploy' || doing === 'undeploy'
        ? say`${output ? 'What its command wrote is in the thread' : 'Its command wrote nothing'}: correct the cause on its host. Then retry, or go back.`
        : say`Look at the service’s log on its host. Then retry, or go back.`,
  }),
  'service-will-not-stop': ({ service, pid, signal, seconds: waited }) => ({
    what: say`${code(service)} (PID ${bold(String(pid))}) did not stop within ${seconds(waited)} of ${signal}.`,
    means: say`It was not killed: it may be in the middle of something.`,
    next: say`Look what it does on its host. Retry waits once more; or go back.`,
  }),
  'sessions-unended': ({ sessions, why }, seen) => ({
    what: say`${why === 'not-permitted' ? 'Lockkeeper may not end' : 'Ended, but still there:'} ${sessionsBriefly(sessions, seen)}.`,
    ...(sortLines(sessions).length > 0 && { means: joined(sortLines(sessions), ' ') }),
    next:
      why === 'not-permitted'
        ? say`${sortLines(sessions).length > 0 ? 'Stop what begins them again. ' : ''}Let a superuser end them with ${code(`SELECT pg_terminate_backend(${sessions[0]?.pid ?? 'PID'})`)}, then retry.`
        : say`Retry: it looks again. A session that rolls back much takes its time.`,
  }),
  'sessions-came-back': ({ sessions, ended = [] }, seen) => ({
    what: say`Somebody is on the database who was not there before: ${sessionsBriefly(sessions, seen)}.`,
    means: say`${ended.length > 0 ? say`Ended before: ${endedBriefly(ended)}. ` : []}Superusers and background workers enter a closed database. This step changed no data.`,
    next: say`Stop what connects, then retry; or go back.`,
  }),
  'sessions-entering': ({ pids, seconds: waited }) => ({
    what: say`${counted(pids.length, 'session')} (PID ${firstOf(pids.map(String), 6)}) ${pids.length === 1 ? 'was' : 'were'} let in before the database was closed, and ${pids.length === 1 ? 'is' : 'are'} still on the way in after ${seconds(waited)}.`,
    means: say`Nobody can see yet who it is. This step changed nothing.`,
    next: say`Retry. If ${pids.length === 1 ? 'it stays, a superuser ends it' : 'they stay, a superuser ends them'} by pg_terminate_backend; then retry, or go back.`,
  }),
  'schema-unlike': ({ tables, differs }) => ({
    what: say`${codes(tables)} ${tables.length === 1 ? 'is' : 'are'} not as planned: ${firstOf(
      differs.map((difference) => clipped(difference, 160)),
      6,
      '; ',
    )}.`,
    next: say`Find out who changed it. Going back leaves the database as it is now; then plan again.`,
  }),
  'deadline-near': ({ deadline, needsSeconds }) => ({
    what: say`There is no time left to migrate: that needs ${seconds(needsSeconds)} with its way back, and the window ends ${moment(deadline, deadline)}.`,
    means: say`This step changed nothing.`,
    next: say`Go back and take a later window.`,
  }),
  'verification-failed': ({ failed }) => ({
    what: say`${counted(failed.length, 'verification')} failed: ${firstOf(
      failed.map(({ check, expected, found }) => expectedAndSeen(check, expected, found)),
      5,
      '; ',
    )}.`,
    means: say`The database is not as it has to be before users are let in.`,
    next: say`Correct the cause and retry, or take another of the ways that the run offers.`,
  }),
  'try-out-failed': (error) => ({
    what: say`The try-out, run as the application, failed: ${failureLine(error)}${ourStatement(error)}.`,
    means: say`The application would fail in the same way. The try-out was rolled back.`,
    next: say`Correct what it lacks (often a GRANT) and retry, or take another of the ways that the run offers.`,
  }),
  'debts-open': ({ what }) => ({
    what: say`Not everything was given back: ${codes(what)}.`,
    means: say`A run does not end while it owes something.`,
    next: say`Retry. If it cannot be given back, the break-glass card has the commands to do it by hand.`,
  }),
  bug: ({ reference }) => ({
    what: say`Lockkeeper itself made a mistake (${code(reference)}).`,
    means: say`What was being done may or may not have taken effect; it is looked at before anything else is.`,
    next: say`Retry, or go back. Give ${code(reference)} to who looks after Lockkeeper: it is in its log.`,
  }),
} satisfies Partial<Wordings>
