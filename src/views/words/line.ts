import { code, person, say, type Inline, type Line } from '../../domain/view.ts'

/** Lines one after another with something between them. */
export const joined = (lines: readonly (Line | Inline)[], between = ', '): Line =>
  lines.flatMap((line, i): Line => [
    ...(i ? [between] : []),
    ...(Array.isArray(line) ? (line as Line) : [line as Inline]),
  ])

/** `a, b and c`. */
export const listed = (lines: readonly (Line | Inline)[], last: 'and' | 'or' = 'and'): Line => {
  const end = lines.at(-1)
  if (lines.length < 2 || end === undefined) return joined(lines)
  return say`${joined(lines.slice(0, -1))} ${last} ${end}`
}

/** The first `most` and how many more there are: nothing is left out unseen. */
export const firstOf = (lines: readonly (Line | Inline)[], most: number, between = ', '): Line =>
  lines.length <= most
    ? joined(lines, between)
    : say`${joined(lines.slice(0, most), between)}${between}and ${lines.length - most} more`

export const codes = (names: readonly string[], most = 6): Line =>
  firstOf(
    names.map((name) => code(name)),
    most,
  )

/** `@asha, @mei or @dan`; a word of our own where nobody is known. */
export const anyOf = (people: readonly string[], nobody: string): Line =>
  people.length
    ? listed(
        people.map((id) => person(id)),
        'or',
      )
    : [nobody]

/** Who did it. What nobody did is said to be the clock's or our own. */
export function whom(by: string): Inline {
  if (by === 'clock') return 'the clock'
  if (by === 'lockkeeper') return 'Lockkeeper'
  return by ? person(by) : 'somebody'
}

/** One line of text cut to a length, with an ellipsis where something is missing. White space becomes single blanks. */
export function clipped(text: string, most: number): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  const characters = Array.from(flat)
  return characters.length <= most
    ? flat
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}

/** A statement of ours in a message: its beginning, never all of a long one; the thread's files hold it. */
export const statementCode = (statement: string): Inline => code(clipped(statement, 200))
