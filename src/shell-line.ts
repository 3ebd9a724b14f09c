/** A word as a shell reads it back, whatever signs it holds. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** A program with its arguments as one line for a shell. */
export const shellLine = (words: readonly string[]): string => words.map(quoted).join(' ')
