import { visibleName } from '../visible.ts'

/** A fault of a file. `what` continues the sentence that `key` begins; the value itself is never repeated. */
export type Fault = {
  file: string
  /** From 1; 0 where there is no line, as for an environment variable. */
  line: number
  column: number
  /** E.g. `services[0].health.url`; empty: the file as a whole. */
  key: string
  what: string
  remedy: string
}

/** As a person reads the file: from its top. */
export const inOrder = (faults: readonly Fault[]): Fault[] =>
  faults.toSorted((a, b) => a.line - b.line || a.column - b.column)

/** `lockkeeper.yml:3: roles is missing. Write …`: a fault as one line of text. */
export const textOfFault = ({ file, line, key, what, remedy }: Fault): string =>
  visibleName(`${file}${line ? `:${line}` : ''}: ${key ? `${key} ` : ''}${what}. ${remedy}`)
