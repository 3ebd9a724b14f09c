import type { Instant } from '../domain/json.ts'
import type { Problem } from '../domain/problem.ts'
import { bold, code, say, text, type Line, type Part, type View } from '../domain/view.ts'
import { runbookList, type RunbookStands } from './run/status.ts'
import { typed } from './words/typed.ts'

/** What help says of a command. */
export interface CommandSaid {
  name: string
  summary: string
  /** Without the program's name, e.g. `plan add-security-enhancements`. */
  example: string
}

/** Every command, for whoever may use none of them yet. */
export const commandsView = (commands: readonly CommandSaid[]): View => ({
  state: say`${says} Its commands, of which each person may use what their roles allow:`,
  parts: [listed([start, ...commands])],
  actions: [],
})

/** Of the terminal alone. */
const start: CommandSaid = { name: 'start', summary: 'start the bot, which drives runs', example: 'start' }

const says = say`${bold('Lockkeeper')} runs database migrations: planned, approved, backed up, verified, and back when it fails.`

const listed = (commands: readonly CommandSaid[]): Part => ({
  part: 'list',
  numbered: false,
  items: commands.map(({ summary, example }) => say`${typed(example)} — ${marked(summary)}`),
})

/** The commands that this person may use, with an example each, and the runbooks with their state. */
export function helpView(
  commands: readonly CommandSaid[],
  runbooks: readonly RunbookStands[],
  now: Instant,
  broken: readonly Problem<'runbook-broken'>[] = [],
): View {
  const { parts, actions } = runbookList(runbooks, broken, now)
  return {
    state: say`${says} You may:`,
    parts: [
      listed(commands),
      text(
        runbooks.length
          ? [bold('Runbooks:')]
          : say`${bold('No runbook yet.')} Put a .yml file into Lockkeeper’s folder of runbooks.`,
      ),
      ...parts,
    ],
    actions,
  }
}

/** What a summary has between backticks is typed as it stands. */
const marked = (summary: string): Line =>
  summary.split('`').map((words, i) => (i % 2 === 1 ? code(words) : words))

/** One command in full. */
export const commandHelpView = ({ name, summary, example }: CommandSaid): View => ({
  state: say`${bold(name)} — ${marked(summary)}`,
  parts: [text(say`For example: ${typed(example)}. Leave a name out and it asks for it.`)],
  actions: [],
})
