/** One statement as the migration's author wrote it, or as we add it; both are shown, digested and run as they stand. */
export interface Statement {
  text: string
  /** First line in its file, from 1. For an added statement: the line that it stands before. */
  line: number
  /** `added`: the lock on the history table, the check of its rows, or a history row the file does not write. */
  from: 'file' | 'added'
}

/** Statements that commit together, or one that no transaction may hold (CREATE INDEX CONCURRENTLY, …). */
export type Unit =
  | { in: 'transaction'; statements: Statement[] }
  | { in: 'none'; statement: Statement; index?: { name: string; drop: string } }

/** One migration in one direction. */
export interface Script {
  migration: string
  /** File name, without its folder. */
  file: string
  sql: string
  sha256: string
  units: Unit[]
}

/** From the history's last migration to another one; `down` goes to an older one. `null`: the empty history. */
export interface Move {
  from: string | null
  to: string | null
}

/** What apply takes. Made at plan time; its digest is part of the plan's. */
export interface Prepared {
  kind: 'scripts'
  move: Move
  scripts: Script[]
  /** Tables that the statements name, quoted with their schema, sorted; the history table is not among them. */
  touches: string[]
  sha256: string
}

export interface Migration {
  id: string
  state: 'applied' | 'pending' | 'unknown'
}
