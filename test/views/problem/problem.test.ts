import { describe, expect, test } from 'vitest'
import type { Problem, ProblemCode } from '../../../src/domain/problem.ts'
import { lineText, plainText } from '../../../src/views/words/plain.ts'
import { problemLine, problemView, wordings, wordProblem } from '../../../src/views/problem/problem.ts'
import { at, lockTimeout, session, sqlError } from '../sample.ts'
import { samples } from './samples.ts'

const problem = (code: ProblemCode, given: object = {}): Problem =>
  ({ code, ...samples[code], ...given }) as Problem
const codes = Object.keys(samples) as ProblemCode[]

describe('every problem', () => {
  test('has words: the table and the samples name the same codes', () => {
    expect(Object.keys(wordings).toSorted()).toEqual(codes.toSorted())
  })

  test.each(codes)(
    '%s says what happened and what to do next, in whole sentences that fit a message',
    (code) => {
      const { what, means, next, actions = [] } = wordProblem(problem(code))
      for (const line of [what, next, ...(means ? [means] : [])]) {
        const text = lineText(line)
        expect(text).toMatch(/^\S.*[.?]$/s)
        expect(text).not.toMatch(/undefined|null|NaN|\[object| {2}|\.\./)
        expect(text.length).toBeLessThanOrEqual(600)
      }
      for (const { label, says } of actions) {
        expect(label.length).toBeLessThanOrEqual(20)
        expect(says.length).toBeLessThanOrEqual(75)
      }
    },
  )
})

const windowKey = 'window.statementTimeout'
const cancelledStatement = {
  ...sqlError({ sqlstate: '57014', condition: 'query_canceled', statement: 'SELECT 1' }),
  schema: null,
  table: null,
  constraint: null,
  file: null,
  line: null,
}

const whole = (each: Problem): string => {
  const { what, means, next } = wordProblem(each, at('03:01:12'))
  return [what, means ?? [], next]
    .map((line) => lineText(line))
    .filter(Boolean)
    .join(' | ')
}

test.each<[string, Problem, string]>([
  [
    'a statement whose time was over names the key that gives it more',
    { code: 'sql-error', ...cancelledStatement, limit: { seconds: 900, key: windowKey, isOver: true } },
    '57014 query_canceled: SELECT 1. | Its time was over: 15 min, the runbook’s window.statementTimeout. | Retry when the server has less to do; or go back, raise window.statementTimeout, then plan again: /migrate plan.',
  ],
  [
    'where nobody can set it, no key is named',
    { code: 'sql-error', ...cancelledStatement, limit: { seconds: 60, key: null, isOver: null } },
    '57014 query_canceled: SELECT 1. | Its time was over (1 min, Lockkeeper’s own, which no runbook sets), or somebody on the server cancelled it. | Retry when the server has less to do, or go back.',
  ],
  [
    'a cancel by somebody is no time that was over',
    { code: 'sql-error', ...cancelledStatement, limit: { seconds: 900, key: windowKey, isOver: false } },
    '57014 query_canceled: SELECT 1. | Somebody on the server cancelled it: its time (15 min, the runbook’s window.statementTimeout) was not over. | Find out who did, and why. Then retry, or go back.',
  ],
  [
    'of a session that is no client’s it is said what it is, and what makes it leave',
    {
      code: 'sessions-unended',
      why: 'not-permitted',
      sessions: [
        session(),
        session({
          pid: 77,
          backendType: 'pg_cron launcher',
          role: 'postgres',
          application: 'pg_cron scheduler',
          state: '',
        }),
        session({
          pid: 78,
          backendType: 'walsender',
          role: 'replicator',
          application: 'sub',
          state: 'active',
        }),
      ],
    },
    'Lockkeeper may not end sessions 4242 (reporting, idle in transaction since 02:39:10 UTC, 22 min), 77 (postgres · pg_cron launcher, connected since 02:39:10 UTC, 22 min), 78 (replicator · walsender, active since 02:39:10 UTC, 22 min). | 78 (walsender) sends changes of this database to a subscriber or a backup, which connects again when it is ended: stop that one. 77 (pg_cron launcher) is a background worker, of an extension such as pg_cron or TimescaleDB, or of the server; most are begun again when they are ended: stop it by what began it, such as a setting of its extension. | Stop what begins them again. Let a superuser end them with SELECT pg_terminate_backend(4242), then retry.',
  ],
  [
    'a loss that took too long to count is none that is known',
    { code: 'rollback-uncounted', what: ['master."RefreshTokens"'], longerThan: 600 },
    'What a rollback would lose of master."RefreshTokens" was not counted: it took longer than 10 min, or somebody cancelled it. | Rows that were written since may make it fail, or be changed or lost with it. | Look yourself what it would take before you roll back. The backup holds what was there before.',
  ],
  [
    'a run that went back over a look is not said to have changed nothing',
    {
      code: 'run-ended',
      run: '7F3A-1',
      ending: 'backed-out',
      at: at('03:01:26'),
      unlike: true,
    },
    'Run 7F3A-1 ended Thu 13 Nov 2025, 03:01:26 UTC: backed out, but its database was not found to be as before. | See what happened: /migrate status 7F3A-1. To take a migration back: /migrate rollback.',
  ],
  [
    'an answer that cannot be read is no command that failed',
    { code: 'efcore-failed', command: 'migrations list', exitCode: 0, sqlstate: null, says: null },
    'dotnet ef migrations list ended well, but what it answers cannot be read. | Call it by hand with --json and see what is in the way: something that the project writes, or another version of the tool; then plan again: /migrate plan.',
  ],
  [
    'a repository of another user is told with the command that trusts it',
    problem('source-unread', { trust: 'git config --global --add safe.directory /srv/hrms' }),
    'git does not read the repository of /srv/hrms: it belongs to another user than the one that the bot runs as. | Nobody can tell which commit is planned, nor what differs from it. | As the user that the bot runs as: git config --global --add safe.directory /srv/hrms; then plan again: /migrate plan.',
  ],
  [
    'a Main that built no host is why there is no context',
    {
      code: 'efcore-failed',
      command: 'dbcontext info',
      exitCode: 1,
      sqlstate: null,
      says: "Unable to create a 'DbContext'.",
      main: 'JWT_SECRET is not set.',
    },
    "dotnet ef dbcontext info failed (exit code 1): Unable to create a 'DbContext'. | No design-time factory was found, and the application’s own Main ended before it built its host: JWT_SECRET is not set. | Name in engine.environment what Main reads, or give the project a factory (IDesignTimeDbContextFactory); then plan again: /migrate plan.",
  ],
  [
    'a tool that is in no manifest is to be added',
    { code: 'dotnet-ef-missing', folder: '/srv/hrms' },
    'dotnet ef does not start in /srv/hrms. | Add it to the repository’s tools: dotnet new tool-manifest && dotnet tool install dotnet-ef; then plan again: /migrate plan.',
  ],
  [
    'a Down that throws is nothing for a file',
    { code: 'no-rollback', migrations: ['2_B'], why: { says: 'Not supported.' } },
    'There is no way down for 2_B. | dotnet ef makes no script of Down: Not supported. After Migrate the only way back is a restore of the backup, without what was written since. | Write what the migration’s Down does, then plan again: /migrate plan; or approve it knowing that.',
  ],
  [
    'a script that varies is what runs, where no program does',
    { code: 'script-varies', lines: 1 },
    'Generated twice, the script differs in 1 line. | A migration is made of the present time or of chance. The script of this plan is kept, and is what runs. | Nothing, if that is meant. Otherwise give the migration constant values.',
  ],
  [
    'a server error names SQLSTATE, condition, table, constraint and our statement with its line',
    { code: 'sql-error', ...sqlError() },
    '23503 foreign_key_violation on master."RefreshTokens", constraint "FK_RefreshTokens_AdminUsers" in up.sql, line 12: ALTER TABLE master."RefreshTokens" ADD "TenantId" uuid. | Rows in the tables do not fit what the statement demands. | Correct the cause and retry, or go back. The server’s own text may hold data and is not shown; it is in the server’s log.',
  ],
  [
    'a server error of which nothing is known but its code is still whole',
    {
      code: 'sql-error',
      ...sqlError({
        sqlstate: 'ZZ999',
        condition: 'unknown',
        schema: null,
        table: null,
        constraint: null,
        statement: null,
        file: null,
        line: null,
      }),
    },
    'ZZ999 unknown. | Correct the cause and retry, or go back. The server’s own text may hold data and is not shown; it is in the server’s log.',
  ],
  [
    'a lock timeout names who holds the lock, since when',
    lockTimeout(),
    'ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid did not get its lock, 10 times in 1 min (55P03): held by session 4242 (reporting, idle in transaction since 02:39:10 UTC, 22 min). | Each try was rolled back as a whole. | End that session and retry, retry as it is, or go back.',
  ],
  [
    'a lock timeout without a holder offers no session to end',
    lockTimeout({ blockers: [] }),
    'ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid did not get its lock, 10 times in 1 min (55P03); nobody who holds it was seen. | Each try was rolled back as a whole. | Retry, or go back.',
  ],
  [
    'a lock that a program did not get after a first commit does not claim that all was rolled back',
    problem('lock-timeout', { statement: null, blockers: [], committed: { last: '1_A' } }),
    'A statement that is not known did not get its lock, 10 times in 1 min (55P03); nobody who holds it was seen. | What did not get its lock was rolled back; what was committed before stays: the history ends at 1_A. | Retry, or go back.',
  ],
  [
    'nor where the history cannot be read',
    problem('lock-timeout', { blockers: [], committed: { last: null } }),
    'ALTER TABLE t ADD c int did not get its lock, 10 times in 1 min (55P03); nobody who holds it was seen. | What did not get its lock was rolled back; what was committed before stays: where the history ends could not be read. | Retry, or go back.',
  ],
  [
    'a program that failed says where the history stands',
    problem('program-failed', { signal: 'SIGKILL' }),
    'The bundle failed (SIGKILL). | The history ends at 1_A. | Correct the cause and retry, or go back.',
  ],
  [
    'a program that failed on a history without a row says that it has none',
    problem('program-failed', { last: null }),
    'The bundle failed (exit code 1). | The history holds no migration. | Correct the cause and retry, or go back.',
  ],
  [
    'a constant default says how many rows change meaning',
    problem('constant-default'),
    'LastActivityAt becomes -infinity for 200,000 existing rows of master."RefreshTokens". | The application reads that value as if it had been written. | Ask those who know the application what it does with it, before you approve.',
  ],
  [
    'the author of a plan is told who approves instead',
    problem('approval-own'),
    'You made plan 7F3A; somebody else approves it. | Ask @U_DAN or @U_MEI.',
  ],
  [
    'a wrong name is put beside the right one',
    problem('name-mistyped'),
    'You typed hrms_mater. This is about hrms_master. | Nothing was begun. | If hrms_master is what you mean, type that. If not, close this.',
  ],
  [
    'a denial says who can',
    problem('not-allowed'),
    'Only migration-operators may use /migrate run. | Nothing was done. | Ask @U_ASHA or @U_MEI.',
  ],
  [
    'a denial of a group that nobody tells of says why, and what to do instead',
    problem('not-allowed', { people: [], untold: { groups: ['S0OPS'], why: 'no-slack' } }),
    'Only migration-operators may use /migrate run. | Nothing was done. Who is in user group S0OPS may too, but nobody here knows who that is: Slack is not configured in this terminal. | Ask somebody who has that role. If you are in it: do it in Slack, set the bot’s SLACK_ variables here too, or have your Slack user id listed under people of that role in lockkeeper.yml.',
  ],
  [
    'an approver whose group Slack does not tell of tries again',
    problem('approval-not-yours', { untold: { groups: ['S0DBA'], why: 'no-answer' } }),
    'Approving plan 7F3A needs database-team. | Who is in user group S0DBA may too, but Slack does not tell now who that is. | Ask @U_DAN. If you are in it: try again in a minute, or have your Slack user id listed under people of that role in lockkeeper.yml.',
  ],
  [
    'an answer by the clock has no person',
    problem('answered-already', { by: 'clock' }),
    'Already answered by the clock at 03:01:22 UTC: Retry. | Your click changed nothing. | See what comes of it: /migrate status.',
  ],
  [
    'a stale plan says what changed and that nothing was run',
    problem('plan-stale', { differs: ['sql', 'history'] }),
    'Plan 7F3A is out of date: the SQL changed and a migration was applied or removed since. Nothing was run. | Plan again; its approvals do not carry over: /migrate plan.',
  ],
  [
    'a lost rollback counts rows by column',
    problem('rollback-loses'),
    'A rollback now would lose 212 rows (master."RefreshTokens"."EmployeeId": 212 rows). | Ask those who know the data whether that may be lost. It is counted again, under lock, before anything is deleted.',
  ],
  [
    'more sessions than a reader can take are counted',
    problem('long-transaction', { sessions: Array.from({ length: 7 }, (_, i) => session({ pid: i + 1 })) }),
    'A transaction is open for long: sessions ' +
      [1, 2, 3, 4, 5]
        .map((pid) => `${pid} (reporting, idle in transaction since 02:39:10 UTC, 22 min)`)
        .join(', ') +
      ', and 2 more. | It would hold up the migration, and every reader behind it. | Ask its owner to end it before the run. In the run it is shown again, and you can end it there.',
  ],
])('%s', (_, each, words) => {
  expect(whole(each)).toBe(words)
})

test('a moment of another day names its day', () => {
  expect(lineText(wordProblem(problem('dump-running'), '2025-11-14T03:00:00.000Z').what)).toBe(
    'A pg_dump is running (PID 99, since Thu 13 Nov 2025, 02:30:00 UTC).',
  )
})

test('a mistyped runbook is offered as it was meant', () => {
  const view = problemView(problem('runbook-unknown'))
  expect(plainText(view)).toBe(
    'No runbook add-securty.\nNext: Did you mean add-security-enhancements?\nButtons: Plan it',
  )
  expect(view.actions).toEqual([
    {
      label: 'Plan it',
      says: 'Makes a plan of the runbook add-security-enhancements',
      command: 'plan',
      input: { runbook: 'add-security-enhancements' },
    },
  ])
})

test('all faults of a runbook are named at once, with place, key and remedy', () => {
  const fault = samples['runbook-broken'].faults[0]
  const view = problemView({
    code: 'runbook-broken',
    file: 'hrms.yml',
    faults: [
      fault,
      { ...fault, line: 9, column: 1, key: 'nmae', what: 'is not a key', remedy: 'Did you mean name?' },
    ] as never,
  })
  expect(plainText(view)).toBe(
    'hrms.yml has 2 faults: line 3:5, target.url: is not a variable; line 9:1, nmae: is not a key.\n' +
      'The runbook is not used while it has faults.\n' +
      'Next: Name an environment variable. Did you mean name? It is read again each time.',
  )
})

test('a code of a newer release is said as it is', () => {
  expect(lineText(problemLine({ code: 'from-the-future' } as never))).toBe(
    'Something happened that this release has no words for: from-the-future.',
  )
})
