import type { About } from '../domain/notice.ts'

type Kind = About['is']

/** What every notice may use. */
const everywhere = [
  'product',
  'title',
  'purpose',
  'contacts',
  'window',
  'start',
  'end',
  'date',
  'duration',
] as const

/** What is known only of some. */
const besides = {
  ahead: [],
  start: ['since', 'takenBack'],
  end: ['since'],
  unchanged: ['since', 'takenBack'],
  moved: ['was'],
  'called-off': ['reason'],
  overrun: ['news', 'says'],
} as const satisfies Record<Kind, readonly string[]>

export type Variable = (typeof everywhere)[number] | (typeof besides)[Kind][number]

/** Variables that hold several lines. */
export const listVariables: readonly Variable[] = ['purpose', 'contacts']

/** What the subject and the text of a notice of this kind may use. docs/notices.md says what each is. */
export const variablesOf = (kind: Kind): readonly Variable[] => [...everywhere, ...besides[kind]]

/** For which kinds there is such a variable. */
export const kindsWith = (name: string): Kind[] =>
  (Object.keys(besides) as Kind[]).filter((kind) => (variablesOf(kind) as readonly string[]).includes(name))
