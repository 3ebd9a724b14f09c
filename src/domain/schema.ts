/** A table as the catalogue describes it: what must be the same when a plan runs, and what verification looks at. */
export interface TableShape {
  /** Quoted, with its schema: `master."RefreshTokens"`. */
  name: string
  /** False when the name is free: the migration makes the table. */
  exists: boolean
  columns: ColumnShape[]
  /** `pg_get_constraintdef` by name; `NOT VALID` is part of the text. */
  constraints: { name: string; definition: string; valid: boolean }[]
  /** `pg_get_indexdef` by name. */
  indexes: { name: string; definition: string; valid: boolean }[]
  triggers: { name: string; definition: string }[]
}

export interface ColumnShape {
  name: string
  /** `format_type`, e.g. `timestamp with time zone`. */
  type: string
  nullable: boolean
  /** `pg_get_expr`, or null. */
  default: string | null
}
