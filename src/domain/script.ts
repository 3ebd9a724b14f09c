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
  /** Columns that it adds to tables that exist. */
  adds: { table: string; column: string; gives: Given; notNull: boolean }[]
  /** What is gone afterwards; `column` null: the whole table. `gave`: what the way up had given to rows that existed. */
  drops: { table: string; column: string | null; gave: Given }[]
  /** Columns that become NOT NULL again: rows that are NULL stand in its way. */
  restores: { table: string; column: string }[]
  /**
   * What a rollback after admit does besides, under lock and before Down's own statements: rows and columns are kept,
   * rows that Down cannot take back are deleted. `{run}` in them stands for the run's id.
   */
  keeps: Keep[]
  sha256: string
}

/** What existing rows got in a new column: a constant as text, NULL, or nobody can tell (it differs by row). */
export type Given = { value: string | null } | 'unknown'

/** The kept rows of one table. */
export interface Keep {
  table: string
  /** Where they are kept. */
  into: string
  /** Taken for every table before anything is counted. */
  lock: Statement
  statements: Statement[]
}

export interface Migration {
  id: string
  state: 'applied' | 'pending' | 'unknown'
}
