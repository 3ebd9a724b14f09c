import { mark } from './mark.ts'

const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const end = /-----END [A-Z0-9 ]{0,40}-----/

/** Whether a text holds the begin of a private key in PEM. */
export const isKeyWritten = (text: string): boolean => begin.test(text)

/** A line of a key's body is as long as this, but for the last one. */
const bodyLine = 40

/**
 * Takes private keys out of a text that comes line by line. The line with its begin is a mark from there on; the lines of
 * its body are null. A key without an end ends before the first line that is none of it.
 */
export function keyFilter(): (line: string) => string | null {
  /** `last`: all that may come is the end. */
  let inside: Inside | null = null
  /** How many words a log writes before each line. */
  let before = 0
  return (line) => {
    if (inside === null) {
      const from = begin.exec(line)
      if (!from) return line
      const rest = line.slice(from.index + from[0].length)
      const over = end.exec(rest)
      before = wordsOf(line.slice(0, from.index)).length
      inside = over ? null : 'head'
      return line.slice(0, from.index) + mark + (over ? rest.slice(over.index + over[0].length) : '')
    }
    const over = end.exec(line)
    if (over) {
      inside = null
      return line.slice(over.index + over[0].length).trim() || null
    }
    inside = afterLine(inside, wordsOf(line), before)
    return inside === null ? line : null
  }
}

type Inside = 'head' | 'body' | 'last'

const wordsOf = (line: string): string[] => line.split(/\s/).filter(Boolean)

/** `Proc-Type: …` and a blank line may stand before the body. Null: the line is none of the key. */
function afterLine(inside: Inside, words: readonly string[], before: number): Inside | null {
  if (inside === 'head' && (words.length <= before || words.some((word) => /^[A-Z][A-Za-z-]*:$/.test(word))))
    return 'head'
  const word = words.at(-1) ?? ''
  const isAlone = words.length === 1 || words.length === before + 1
  if (inside === 'last' || !isAlone || !/^[\\"']*[A-Za-z0-9+/]+={0,2}[\\"',]*$/.test(word)) return null
  return word.length >= bodyLine ? 'body' : 'last'
}
