import type { Finding } from './finding.ts'

/** One statement as the migration's author wrote it, or as we add it; both are shown, digested and run as they stand. */
export interface Statement {
  text: string
  /** First line in its file, from 1. For an added statement: the line that it stands before. */
  line: number
  /** `added`: the lock on the history table, the check of its rows, the owner's role, marks, or a history row the file does not write. */
  from: 'file' | 'added'
}

/** Statements that commit together, or one that no transaction may hold (CREATE INDEX CONCURRENTLY, …). */
export type Unit =
  | { in: 'transaction'; statements: Statement[] }
  | {
      in: 'none'
      /** Marks in the target, each committed by itself, that it has begun and that it is done. */
      begin: Statement[]
      end: Statement[]
      /** The statement that makes the session the owner of what follows; taken back after it. */
      role?: Statement
      statement: Statement
      trace?: Trace
    }

/**
 * What the catalogue tells of a statement that no transaction holds: the index that it makes, with what removes an
 * invalid one; the index that it drops; the partition that it detaches, with what finishes that. Names are quoted, with
 * their schemas.
 */
export type Trace =
  | { makes: string; undo: string }
  | { drops: string }
  | { detaches: string; from: string; finish: string }

/** The statements of a unit, in the order in which they run. */
export const statementsOf = (unit: Unit): Statement[] =>
  unit.in === 'transaction'
    ? unit.statements
    : [...unit.begin, ...(unit.role ? [unit.role] : []), unit.statement, ...unit.end]

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

/** What applies a move instead of its scripts, for migrations that do work outside of SQL. Made before the window. */
export interface Program {
  by: 'bundle' | 'tool'
  /** The bundle; of the tool, the folder of assemblies that it runs. */
  file: string
  /** Of that file, or of all in that folder, in lower-case hexadecimal. Another one is not what people approved. */
  sha256: string
  /** The tool: where everything that was built is. */
  build: string | null
  /** A bundle that the runbook names: nobody here knows which source it is of. */
  named?: true
}

/** Where the source that a move was made of stood in git; null where it is at no commit, or nobody could tell. */
export interface Source {
  commit: string
  /** Files that differ from it, by their paths in the repository. */
  changed: string[]
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
  /** What is gone afterwards. `gave`: what the way up had given to rows that existed. */
  drops: (Dropped & { gave: Given })[]
  /**
   * Columns that become NOT NULL again: rows that are NULL stand in its way. `gets`: its own constant as text, which it
   * writes into these rows before; they stand in its way only where a foreign key refuses that. `maybe`: as of `Dropped`.
   */
  restores: { table: string; column: string; gets?: string; maybe?: true }[]
  /**
   * Of a way down, by the names after its last statement: what is not there then, and what is NOT NULL again. A table or
   * column that is dropped and made anew is there.
   */
  after?: { gone: { table: string; column: string | null }[]; notNull: { table: string; column: string }[] }
  /** What a way down demands of rows besides. */
  demands?: Demand[]
  /**
   * What a rollback after admit does besides, under lock and before Down's own statements: rows and columns are kept,
   * rows that Down cannot take back are deleted. `{run}` in them stands for the run's id.
   */
  keeps: Keep[]
  /** Null: the scripts themselves are run. */
  program: Program | null
  /** The same move as a script that can be run whatever the history says, for people to read; null where none is made. */
  idempotent: string | null
  source: Source | null
  /** What was noticed while it was made, and cannot be looked at again without its source. */
  noticed: Finding[]
  /** Over the move, its scripts and its program. */
  sha256: string
}

/** `column` null: the whole table. `maybe`: it need not be there (`IF EXISTS`), or the statement may be skipped (`DO`). */
export interface Dropped {
  table: string
  column: string | null
  maybe?: true
}

/**
 * What existing rows got in a new column: a constant as text, NULL, or nobody can tell (it differs by row). `asText`: its
 * type is not the server's own, or may take different values for equal, so that texts are compared.
 */
export type Given = { value: string | null; asText?: true } | 'unknown'

/** A type that is narrower again, a constraint that is there again, or a statement that takes more than is told. */
export interface Demand {
  /** Null: of no table in particular. */
  table: string | null
  /** The constraint or the column with its type; where it has no name, its statement. */
  what: string
  /** SQL that counts the rows which do not comply; null: they cannot be counted. */
  count: string | null
}

/** The kept rows of one table. */
export interface Keep {
  table: string
  /** Where they are kept. */
  into: string
  /** Taken for every table before anything is counted. */
  lock: Statement
  /** The table need not be there, and is neither locked nor kept then. */
  maybe?: true
  /** `by`: run only where rows stand in the way by this column. */
  statements: (Statement & { by?: string })[]
}

/** The table that says which migrations were applied, and the migrations that are known, oldest first. */
export interface PlannedHistory {
  /** Quoted, with its schema. */
  table: string
  /** Holds the migration's id; as the catalogue has it. */
  column: string
  migrations: Migration[]
  /**
   * Where another context shares the table: its rows, when this was read. A row that comes later is in nobody's plan, and
   * may be of a newer build of ours. Older plans do not have it.
   */
  others?: string[]
}

export interface Migration {
  id: string
  state: 'applied' | 'pending' | 'unknown'
}
