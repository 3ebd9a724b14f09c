import type { Node } from 'libpg-query'
import type pg from 'pg'

/** The extension that a statement installs, where the server has none of that name; else null. */
export async function unknownExtension(client: pg.Client, node: Node): Promise<string | null> {
  if (!('CreateExtensionStmt' in node)) return null
  const { extname = '' } = node.CreateExtensionStmt
  const { rows } = await client.query(
    `select from pg_catalog.pg_available_extensions where name = $1
     union all select from pg_catalog.pg_extension where extname = $1`,
    [extname],
  )
  return rows.length > 0 ? null : extname
}
