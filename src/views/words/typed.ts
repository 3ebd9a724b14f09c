import type { Action, Inline } from '../../domain/view.ts'
import type { Json } from '../../domain/json.ts'

const inSlack = '/migrate'
const inTerminal = 'npx lockkeeper'

/** A command to type. The terminal shows it as it is typed there. */
export const typed = (words: string): Inline => ({ code: `${inSlack} ${words}` })

/** What works where Slack does not. */
export const typedInTerminal = (words: string): Inline => ({ code: `${inTerminal} ${words}` })

/** A code node of `typed` as a terminal wants it; other code stays. */
export const asInTerminal = (code: string): string =>
  code.startsWith(`${inSlack} `) ? `${inTerminal}${code.slice(inSlack.length)}` : code

/**
 * The line that does what a button does. A gate is not typed: the terminal finds the run's open one; what a form asks
 * is asked there.
 */
export const lineOf = (action: Action): string => typedLine(inTerminal, action)

/** The same line where it is typed in Slack. */
export const slackLineOf = (action: Action): string => typedLine(inSlack, action)

function typedLine(where: string, { command, input }: Action): string {
  const words = typedWords(input).map((word) => (/\s/.test(word) ? JSON.stringify(word) : word))
  return [where, command, ...words].join(' ')
}

function typedWords(input: Json): string[] {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return []
  return Object.entries(input).flatMap(([name, value]) =>
    name !== 'gate' && (typeof value === 'string' || typeof value === 'number') ? [String(value)] : [],
  )
}
