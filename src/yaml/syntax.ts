/** What goes wrong when YAML is written by hand, by the parser's codes; the parser's own texts repeat the file. */
const faults: Partial<Record<string, readonly [what: string, remedy: string]>> = {
  TAB_AS_INDENT: ['a tab stands at the beginning of this line', 'Indent with spaces.'],
  BAD_INDENT: [
    'this line is not indented like the ones it belongs to',
    'Align it with the other keys of its block.',
  ],
  MISSING_CHAR: [
    'a character is missing here: a quote, a bracket, a colon or a comma',
    'Close what was opened before.',
  ],
  BAD_SCALAR_START: [
    'this value begins with a character that YAML keeps for itself',
    'Put the value in quotes.',
  ],
  BAD_DQ_ESCAPE: [
    'a backslash in double quotes is followed by something that it does not escape',
    'Use single quotes.',
  ],
  BLOCK_AS_IMPLICIT_KEY: ['a colon is followed by a second one on the same line', 'Put the value in quotes.'],
  MULTILINE_IMPLICIT_KEY: ['a colon is missing after this key', 'Write `key: value`.'],
  BAD_ALIAS: [
    'this value begins with *, as an alias does, and there is nothing that it could stand for',
    'Put the value in quotes.',
  ],
  TOO_MANY_ALIASES: ['more than 100 aliases stand in this file', 'Write out what they stand for.'],
  MULTIPLE_DOCS: ['a second document begins here (---)', 'Put it into a file of its own.'],
}
const unreadable = [
  'this is not YAML',
  'Look for a missing quote, bracket or colon on this line or the one before.',
] as const

/** What is wrong, and what helps, by a code of the parser. */
export const syntaxFault = (code: string): readonly [what: string, remedy: string] =>
  faults[code] ?? unreadable
