import type { Node } from 'libpg-query'
import type pg from 'pg'
import type { Trace } from '../domain/script.ts'
import { quoteName } from './statements/sql-parse.ts'
import { defaultSchema, listedName, nodesOf, tableName } from './statements/tree.ts'

/** What a statement that no transaction holds leaves in the catalogue. Null: nothing that tells whether it was done. */
export function traceOf(node: Node): Trace | null {
  if ('IndexStmt' in node) {
    const { idxname, relation } = node.IndexStmt
    // An index is in the schema of its table.
    const name = `${quoteName(relation?.schemaname ?? defaultSchema)}.${quoteName(idxname ?? '')}`
    return { makes: name, undo: `DROP INDEX CONCURRENTLY IF EXISTS ${name}` }
  }
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_INDEX') {
    const [object] = node.DropStmt.objects ?? []
    return object ? { drops: listedName(object) } : null
  }
  if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
    const [partition] = nodesOf(node, 'PartitionCmd')
    if (!partition?.name) return null
    const [from, detaches] = [tableName(node.AlterTableStmt.relation), tableName(partition.name)]
    return { detaches, from, finish: `ALTER TABLE ${from} DETACH PARTITION ${detaches} FINALIZE` }
  }
  return null
}

/** How far such a statement came: `half` leaves an index that is invalid, or a partition that is on its way out. */
export type Came = 'done' | 'half' | 'not'

export async function readTrace(client: pg.Client, trace: Trace): Promise<Came> {
  if ('detaches' in trace) return readPartition(client, trace)
  const index = await readIndex(client, 'makes' in trace ? trace.makes : trace.drops)
  // Dropping one makes it invalid first: it is dropped again in the same way.
  if ('drops' in trace) return index === null ? 'done' : 'not'
  return index === null ? 'not' : index.valid ? 'done' : 'half'
}

/** An index as the catalogue has it; `indisvalid` and nothing else says whether it is used. */
async function readIndex(client: pg.Client, name: string): Promise<{ valid: boolean } | null> {
  const { rows } = await client.query<{ valid: boolean }>(
    'select indisvalid as valid from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass($1)',
    [name],
  )
  return rows[0] ?? null
}

/** `inhdetachpending` is there since 14, as DETACH … CONCURRENTLY is. */
async function readPartition(
  client: pg.Client,
  { detaches, from }: Extract<Trace, { detaches: string }>,
): Promise<Came> {
  const { rows } = await client.query<{ pending: boolean }>(
    `select inhdetachpending as pending from pg_catalog.pg_inherits
     where inhrelid = pg_catalog.to_regclass($1) and inhparent = pg_catalog.to_regclass($2)`,
    [detaches, from],
  )
  return rows[0] ? (rows[0].pending ? 'half' : 'not') : 'done'
}
