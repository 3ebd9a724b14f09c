/** What may be shown of an error of the server: never its message, detail or context, which carry row data. */
export type SqlError = {
  sqlstate: string
  /** PostgreSQL's name of it, e.g. `not_null_violation`. */
  condition: string
  schema: string | null
  table: string | null
  column: string | null
  constraint: string | null
  /** Our own statement, or null where there is none to show. */
  statement: string | null
  file: string | null
  line: number | null
  /** The time that it had, where it was cancelled. */
  limit?: TimeLimit
  /** What it names and does not exist, as it is written in the statement. `of`: the table of a column. */
  missing?: {
    is: 'column' | 'table' | 'function' | 'schema' | 'object'
    name: string
    of: string | null
  }
  /** A query that finds the rows in its way; no value of a row is in it. */
  find?: string
  /** A statement of Lockkeeper's own, beside the migration's. */
  isOurs?: true
  /** It failed in a function or trigger that the statement calls. */
  isInFunction?: true
}

/** `key`: of the runbook, null where nobody can set it. `isOver`: false: somebody cancelled it; null: nobody knows. */
export type TimeLimit = { seconds: number; key: string | null; isOver: boolean | null }
