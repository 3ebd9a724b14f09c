/**
 * Where the history stands in a move: at one of its ends, after a migration between them, in the middle of one that does
 * not commit as a whole, or where nobody planned it to (the last migration, or the code of what kept it from being read).
 */
export type Reached =
  | { at: 'from' }
  | { at: 'to' }
  | { between: string }
  | { half: string }
  | { unknown: string }
