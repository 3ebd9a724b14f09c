import type pg from 'pg'

/** EF's own name of the column (HistoryRow). */
const usual = 'MigrationId'

/**
 * The column of a history table that holds the migrations' ids. Naming conventions (snake_case) and a history repository
 * of one's own call it otherwise; then it is the table's key, as EF makes it.
 * @param table quoted, with its schema. One that does not exist has EF's own column.
 */
export async function historyColumn(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ column: string }>(
    `select attname as column from pg_catalog.pg_attribute
     left join pg_catalog.pg_index on indrelid = attrelid and indisprimary and indnkeyatts = 1 and indkey[0] = attnum
     where attrelid = pg_catalog.to_regclass($1) and attnum > 0 and not attisdropped
       and (attname = $2 or indexrelid is not null)
     order by attname <> $2 limit 1`,
    [table, usual],
  )
  return rows[0]?.column ?? usual
}
