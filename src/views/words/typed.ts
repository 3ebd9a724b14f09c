import type { Action, Form, Inline, Line, Part, View } from '../../domain/view.ts'
import type { Json } from '../../domain/json.ts'

const inSlack = '/migrate'
const inTerminal = 'lockkeeper'

/** A command to type. The terminal shows it as it is typed there. */
export const typed = (words: string): Inline => ({ code: `${inSlack} ${words}` })

/** What works where Slack does not. Shown as it is typed where its readers are: `calledBy`. */
export const typedInTerminal = (words: string): Inline => ({ code: `${inTerminal} ${words}`, terminal: true })

type Code = Extract<Inline, { code: string }>

/** A code node as a terminal wants it, in which Lockkeeper is called by `command`; other code stays. */
export function asInTerminal({ code, terminal }: Code, command = inTerminal): string {
  const name = terminal ? inTerminal : inSlack
  return code.startsWith(`${name} `) ? `${command}${code.slice(name.length)}` : code
}

/**
 * The line that does what a button does. A gate is not typed: the terminal finds the run's open one; what a form asks
 * is asked there.
 */
export const lineOf = (action: Action, command = inTerminal): string => typedLine(command, action)

/** The same line where it is typed in Slack. */
export const slackLineOf = (action: Action): string => typedLine(inSlack, action)

/** A view whose commands of the terminal are as they are typed where Lockkeeper is called by `command`. */
export const calledBy = (view: View, command: string): View => ({
  ...view,
  state: lineCalled(view.state, command),
  parts: view.parts.map((part) => partCalled(part, command)),
})

/** The same of a form. */
export const formCalledBy = (form: Form, command: string): Form => ({
  ...form,
  parts: form.parts.map((part) => partCalled(part, command)),
  ...(form.inFull && { inFull: lineCalled(form.inFull, command) }),
})

const lineCalled = (line: Line, command: string): Line =>
  line.map((inline) =>
    typeof inline !== 'string' && 'code' in inline && inline.terminal
      ? { code: asInTerminal(inline, command) }
      : inline,
  )

function partCalled(part: Part, command: string): Part {
  switch (part.part) {
    case 'text':
    case 'note':
      return { ...part, line: lineCalled(part.line, command) }
    case 'list':
      return { ...part, items: part.items.map((item) => lineCalled(item, command)) }
    case 'rows':
      return {
        ...part,
        rows: part.rows.map((row) => ({ ...row, line: lineCalled(row.line, command) })),
      }
    case 'code':
      return part
  }
}

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
