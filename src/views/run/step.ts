import type { Done, Kind, Step } from '../../domain/step.ts'
import type { Instant } from '../../domain/json.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { OutputFile } from '../../domain/output.ts'
import type { Run } from '../../domain/run.ts'
import { bold, clock, code, say, text, type Line, type Part, type View } from '../../domain/view.ts'
import { bytes, counted, milliseconds, number, seconds } from '../words/amounts.ts'
import { clipped, codes, firstOf, whom } from '../words/line.ts'
import { factsBriefly, unneededWords } from './step-facts.ts'
import { nameOf, stepOf } from '../words/step-names.ts'
import { findingRows } from '../problem/finding-rows.ts'
import { wordProblem } from '../problem/problem.ts'
import { endedWith, saying, updating } from '../problem/efcore.ts'
import { noRoles } from '../words/no-roles.ts'

const statementsShown = 30

/** What a step found and did, for the thread, as it ends. */
export function stepView(run: Run, step: string, outcome: Outcome, at: Instant): View {
  const name = nameOf(run, step)
  switch (outcome.status) {
    case 'done': {
      const known = stepOf(run, step)
      const brief = known ? factsBriefly(known, outcome.facts) : null
      return {
        state: say`${bold(`Done: ${name}`)} at ${clock(at)}${brief ? say` — ${brief}` : ''}`,
        parts: [...(known ? detailsOf(known, outcome.facts) : []), ...wroteLines(outcome)],
        actions: [],
      }
    }
    case 'unneeded':
      return {
        state: say`${bold(`Skipped: ${name}`)} at ${clock(at)} — ${unneededWords[outcome.because]}`,
        parts: [],
        actions: [],
      }
    case 'failed': {
      const { what, means, next } = wordProblem(outcome.problem, at)
      return {
        state: say`${bold(`Failed: ${name}`)} at ${clock(at)} — ${what}`,
        parts: [
          ...(means ? [text(means)] : []),
          ...(outcome.problem.code === 'service-failed' ? written(outcome.problem) : []),
          ...wroteLines(outcome),
          text(say`${bold('Next:')} ${next}`),
        ],
        actions: [],
      }
    }
    case 'asks':
      return {
        state: say`${bold(`Waits for you: ${name}`)} since ${clock(at)} — the question is in the channel`,
        parts: [],
        actions: [],
      }
  }
}

/** Facts that another release wrote may have another shape: the state alone is shown then. */
function detailsOf(step: Step, facts: unknown): Part[] {
  try {
    return (details[step.kind] as (facts: unknown, step: Step) => Part[])(facts, step)
  } catch {
    return []
  }
}

const lines = (...all: (Line | false)[]): Part[] => all.filter((line) => line !== false).map(text)

const bullets = (items: readonly Line[], most: number): Part[] =>
  items.length
    ? [
        {
          part: 'list',
          numbered: false,
          items:
            items.length <= most
              ? [...items]
              : [...items.slice(0, most), say`and ${items.length - most} more`],
        },
      ]
    : []

/** The last lines of a command, each cut where it is long. */
const written = ({ output }: { output?: string }): Part[] =>
  output
    ? [
        {
          part: 'code',
          text: output
            .split('\n')
            .map((line) => (line.length > 200 ? `${line.slice(0, 199)}…` : line))
            .join('\n'),
        },
      ]
    : []

/** Where all of it lies that its programs wrote. */
const wroteLines = ({ wrote = [] }: { wrote?: OutputFile[] }): Part[] =>
  wrote.map(({ program, file, host, lacks }) =>
    text(
      lacks === null
        ? say`Whole output of ${code(program)}: ${code(file)} on ${host}`
        : say`Output of ${code(program)}, not all of it (${lackWords[lacks] ?? lacks}): ${code(file)} on ${host}`,
    ),
  )

const lackWords: Partial<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the folder is not writable',
  limit: 'the file has 100 MB',
  slow: 'the disk did not answer in time',
}

const details: { [K in Kind]: (facts: Done[K]) => Part[] } = {
  backup: (facts) =>
    lines(
      say`${bold(facts.backup)}: ${code(facts.path)}, ${bytes(facts.bytes)} of ${bytes(facts.databaseBytes)} in the database, ${counted(facts.tables, 'table')}`,
      say`SHA-256 ${code(facts.sha256)}, log position ${code(facts.lsn)}`,
      facts.rolesMissing != null &&
        say`Without roles (${code('globals.sql')}): ${noRoles(facts.rolesMissing)}`,
    ),
  check: (facts) => {
    const rows = findingRows(facts, 20)
    return rows.length ? [{ part: 'rows', rows }] : []
  },
  claim: ({ identity }) =>
    lines(
      say`${code(identity.database)} on ${code(identity.host)}, system ${code(identity.systemIdentifier)}, timeline ${identity.timeline}; held for this run alone`,
    ),
  card: ({ file }) =>
    lines(say`The commands that undo everything by hand are posted here, and in ${code(file)}.`),
  baseline: ({ checks }) =>
    bullets(
      checks.map(({ name, passed, expected, saw, at }) =>
        passed
          ? say`${name}: ${saw} at ${clock(at)}`
          : say`${name}: expected ${code(expected)}, saw ${code(clipped(saw, 120))} at ${clock(at)}`,
      ),
      30,
    ),
  stop: () => [],
  close: ({ rolesKeptOut, stillEnter }) =>
    lines(
      rolesKeptOut.length > 0 && say`Kept out: ${codes(rolesKeptOut, 20)}`,
      stillEnter.length > 0 && say`Superusers still enter: ${codes(stillEnter, 20)}`,
    ),
  drain: ({ ended, endedBy }) =>
    lines(
      ended.length > 0 &&
        say`Ended${endedBy ? say` by ${whom(endedBy)}` : ''}: ${firstOf(
          ended.map(
            ({ pid, role, application }) => `${pid} (${role}${application ? `, ${application}` : ''})`,
          ),
          10,
        )}`,
    ),
  before: ({ counts, tables, lastMigration }) => [
    ...lines(
      say`History ends at ${code(lastMigration ?? 'nothing')}; ${counted(tables.length, 'table')} described`,
    ),
    ...bullets(
      counts.map(({ table, rows }) => say`${code(table)}: ${counted(rows, 'row')}`),
      15,
    ),
  ],
  deadline: ({ deadline, spareSeconds }) =>
    lines(say`The window ends at ${clock(deadline)}; ${seconds(spareSeconds)} are to spare`),
  migrate: (facts) => migrateDetails(facts),
  verify: ({ passed }) =>
    bullets(
      passed.map(({ check, found }) => say`${check}: ${code(found)}`),
      30,
    ),
  open: () => [],
  release: (facts) => written(facts),
  start: () => [],
  smoke: ({ passed, asBefore = [] }) =>
    bullets(
      [
        ...passed.map(({ name, milliseconds: took }) => say`${name}: ${milliseconds(took)}`),
        ...asBefore.map(
          ({ name, saw, before }) =>
            say`${name}: ${code(clipped(saw, 120))}, as ${before ? say`at ${clock(before.at)}, ` : ''}before the window`,
        ),
      ],
      30,
    ),
  admit: ({ settled }) => lines(settled.length > 0 && say`Given back: ${codes(settled, 20)}`),
}

const migrateDetails = ({
  move,
  statements,
  by,
  attempts,
  lsn,
  saved,
  reconciled,
  ended,
}: Done['migrate']): Part[] => [
  ...lines(
    say`From ${code(move.from ?? 'nothing')} to ${code(move.to ?? 'nothing')}${reconciled ? ': found committed when Lockkeeper came back' : ''}`,
  ),
  ...bullets(
    statements.map(
      ({ line, command, milliseconds: took, locks }) =>
        say`${by === 'scripts' ? `line ${number(line)}: ` : ''}${command}, ${milliseconds(took)}${locks.length ? say`; took ${locks.join(', ')}` : ''}`,
    ),
    statementsShown,
  ),
  ...lines(
    attempts > 1 &&
      say`${counted(attempts, 'try', 'tries')}; each but the last ${by === 'scripts' ? 'was rolled back as a whole' : 'ended at a lock'}`,
    ended !== undefined &&
      by !== 'scripts' &&
      say`${updating[by]} failed after its last commit (${endedWith(ended.exitCode, ended.signal)})${saying(ended.says)}`,
    saved.length > 0 &&
      say`Kept before they were dropped: ${firstOf(
        saved.map(({ table, rows }) => say`${counted(rows, 'row')} in ${code(table)}`),
        6,
      )}`,
    say`Log position after the commit ${code(lsn)}`,
  ),
]
