import { z } from 'zod'
import { operatorRole } from '../src/config.ts'
import { failure, ok } from '../src/domain/result.ts'
import { hasRole } from '../src/store/standing.ts'
import type { View } from '../src/domain/view.ts'
import { commandHelpView, commandsView, helpView } from '../src/views/help.ts'
import { command, isNamed, type AnyCommand } from './command.ts'
import { runbookStands } from './shown.ts'
import { unknownCommand } from './unknown.ts'

const input = z.object({ command: z.string().trim().toLowerCase().optional() })

/** What is told without the bot's database: every command, or one of them. Null: there is none of that name. */
export function helpAlone(commands: readonly AnyCommand[], name?: string): View | null {
  if (name === undefined) return commandsView(commands)
  const named = commands.find((each) => isNamed(each, name.toLowerCase()))
  return named ? commandHelpView(named) : null
}

/** What this person may do. Generated from the list of commands, so that it is never written twice. */
export const help = (commands: () => readonly AnyCommand[]): AnyCommand =>
  command<z.output<typeof input>>({
    name: 'help',
    summary: 'what you may do here',
    example: 'help',
    role: 'reader',
    reads: true,
    words: ([name]) => ({ command: name }),
    input,
    async handle(house, caller, given) {
      const named = given.command ? helpAlone(commands(), given.command) : null
      if (named) return ok({ view: named })
      const names = commands().map(({ name }) => name)
      if (given.command) return failure(unknownCommand(given.command, names))
      const operates = await hasRole(house.pool, caller, operatorRole)
      const usable = commands().filter(({ role }) => role !== 'operator' || operates)
      const { runbooks, broken } = await house.runbooks.all()
      const stands = await Promise.all(runbooks.map((runbook) => runbookStands(house, runbook)))
      return ok({ view: helpView(usable, stands, new Date().toISOString(), broken) })
    },
  })
