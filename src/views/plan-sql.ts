import type { Plan } from '../domain/plan.ts'
import { type Prepared, type Statement, statementsOf } from '../domain/script.ts'
import { bold, code, kept, note, say, text, type Action, type Part, type View } from '../domain/view.ts'
import { subjectOf } from './words/step-names.ts'
import { typedInTerminal } from './words/typed.ts'

/** The file that holds what is run: the way down for a rollback. */
export const sqlFileName = ({ id, kind }: Pick<Plan, 'id' | 'kind'>): string =>
  `${id}.${kind === 'rollback' ? 'down' : 'up'}.sql`

/** What is run, as the file in the plan's thread has it; null: no SQL is run. */
export function sqlOf(plan: Plan): string | null {
  const { prepared } = plan.approved
  if (plan.kind === 'backup' || !prepared) return null
  if (plan.kind === 'migrate') return sqlFile(plan, prepared.up, 'up')
  return prepared.down ? sqlFile(plan, prepared.down, 'down') : null
}

/** SQL of so many characters is shown where people approve, without a file or a page. */
const inlineHolds = 2_000

export function inlineSql(plan: Plan): Part[] {
  const sql = sqlOf(plan)
  return sql !== null && sql.length <= inlineHolds
    ? [kept(text([bold('What is run:')])), kept({ part: 'code', text: sql })]
    : []
}

/** Where its files were promised: Slack did not take them, and why. */
export const fileRefused = (plan: Plan, error: string): Part =>
  kept(
    text(
      say`${bold('The files were not uploaded')} (${code(error)}). The exact SQL is behind “Read the SQL”, and in a terminal: ${typedInTerminal(`sql ${plan.id}`)}.`,
    ),
  )

export const readSql = (plan: Plan): Action => ({
  label: 'Read the SQL',
  says: 'Shows the exact SQL that is run',
  command: 'sql',
  input: { plan: plan.id },
})

/** Characters of a page: a message of Slack holds one, with its buttons. */
const pageHolds = 6_000

/** Whole lines, as many as a page holds; a longer line is split. */
export function pagesOf(sql: string, most = pageHolds): string[] {
  const pages = ['']
  for (const line of sql.split(/(?<=\n)/))
    for (let rest = line; rest; rest = rest.slice(most)) {
      const piece = rest.slice(0, most)
      if ((pages.at(-1)?.length ?? 0) + piece.length > most) pages.push('')
      pages[pages.length - 1] += piece
    }
  return pages
}

/** All of it, as a terminal shows it: what is printed can be run. */
export const sqlView = (plan: Plan, sql: string): View => ({
  state: say`-- ${subjectOf(plan)}`,
  parts: [{ part: 'code', text: sql, exact: true }],
  actions: [],
})

export const noSql = (plan: Plan): View => ({
  state: say`Plan ${plan.id} runs no SQL`,
  parts: [text(say`${subjectOf(plan)}: the database is only read.`)],
  actions: [],
})

/** One page of it, with the way to the others and back to approving. Pages count from 1. */
export function sqlPageView(plan: Plan, sql: string, asked: number): View {
  const pages = pagesOf(sql)
  const page = Math.min(Math.max(1, asked), pages.length)
  const to = (label: string, says: string, wanted: number): Action[] =>
    wanted < 1 || wanted > pages.length
      ? []
      : [{ label, says, command: 'sql', input: { plan: plan.id, page: wanted } }]
  return {
    state: say`${bold(`What plan ${plan.id} runs`)}, page ${page} of ${pages.length} · ${code(sqlFileName(plan))}`,
    parts: [
      kept({ part: 'code', text: pages[page - 1] ?? '' }),
      note(say`On one page: ${typedInTerminal(`sql ${plan.id}`)} in a terminal.`),
    ],
    actions: [
      ...to('Next page', 'Shows the next page of the SQL', page + 1),
      ...to('Previous page', 'Shows the page before', page - 1),
      {
        label: 'Approve…',
        says: 'Opens the form in which you approve',
        command: 'approve',
        input: { plan: plan.id },
      },
    ],
  }
}

/** Statement by statement as it is run: what is added to the files is marked, and so is where transactions begin and end. */
export function sqlFile(plan: Plan, prepared: Prepared, direction: string): string {
  return [
    `-- Plan ${plan.id}, way ${direction}: from ${prepared.move.from ?? 'nothing'} to ${prepared.move.to ?? 'nothing'}`,
    `-- SHA-256 of the whole: ${prepared.sha256}`,
    ...keepLines(prepared),
    ...prepared.scripts.flatMap((script) => [
      '',
      `-- ${script.file} (SHA-256 ${script.sha256})`,
      ...script.units.flatMap((unit) => [
        '',
        unit.in === 'transaction' ? '-- One transaction:' : '-- Outside of a transaction:',
        ...statementsOf(unit).flatMap(statementLines),
        ...(unit.in === 'transaction' ? ['-- COMMIT'] : []),
      ]),
    ]),
    '',
  ].join('\n')
}

/** What a rollback does besides, once users were in: where rows are kept, and which are deleted. */
const keepLines = ({ keeps }: Prepared): string[] =>
  keeps.length
    ? [
        '',
        '-- Only after users were in, in the same transaction, before everything else ({run} is the run’s id).',
        '-- A table that is not there is left out, nothing is kept of one that loses nothing, and no row is deleted unless it is in the way:',
        ...keeps.flatMap(({ lock }) => statementLines(lock)),
        ...keeps.flatMap(({ statements }) => statements.flatMap(statementLines)),
      ]
    : []

function statementLines({ text: sql, line, from }: Statement): string[] {
  const ended = /;\s*$/.test(sql) ? sql.trimEnd() : `${sql.trimEnd()};`
  return [
    '',
    from === 'added' ? `-- Added by Lockkeeper (not in the file), before line ${line}:` : `-- line ${line}`,
    ended,
  ]
}
