import type pg from 'pg'
import { readTables } from '../adapters/postgres/catalog.ts'
import type { Loss } from '../domain/plan.ts'
import type { TableShape } from '../domain/schema.ts'
import type { Keep, Prepared } from '../domain/script.ts'
import { losesValue, lossyTables, violates } from './keeps.ts'
import { isRefused } from './referring.ts'

type Lossy = Pick<Prepared, 'drops' | 'restores'>

/** One column and the condition that finds its rows. */
type Counted = { of: 'dropped' | 'violating'; column: string | null; condition: string }

/**
 * Rows that this way down would lose now: counted, one pass over each table. Columns that do not exist (the way up has
 * not run, or does not any more) lose nothing, and a column that is NOT NULL has no row in the way.
 */
export async function countLoss(client: pg.Client, down: Lossy): Promise<Loss> {
  const loss: Loss = { dropped: [], violating: [], rows: 0 }
  for (const shape of await readTables(client, lossyTables(down))) {
    const counted = countable(shape, {
      drops: down.drops,
      restores: await inTheWay(client, shape.name, down),
    })
    if (!counted.length) continue
    const { each, any } = await countTable(client, shape.name, counted)
    loss.rows += any
    counted.forEach(({ of, column }, index) =>
      loss[of].push({ table: shape.name, column: column ?? '*', rows: each[index] ?? 0 }),
    )
  }
  return loss
}

/** Keeps of tables that are there. One that has to be, and is not, is not left out: its lock says so. */
export async function keepsThere(client: pg.Client, keeps: readonly Keep[]): Promise<Keep[]> {
  const unsure = keeps.filter(({ maybe }) => maybe).map(({ table }) => table)
  const shapes = unsure.length > 0 ? await readTables(client, unsure) : []
  const missing = new Set(shapes.filter(({ exists }) => !exists).map(({ name }) => name))
  return keeps.filter(({ table }) => !missing.has(table))
}

/** Columns of a table that become NOT NULL, without those whose rows the way down mends itself. */
export async function inTheWay(
  client: pg.Client,
  of: string,
  { restores }: Lossy,
): Promise<Lossy['restores']> {
  const found: Lossy['restores'] = []
  for (const one of restores)
    if (one.table === of && (one.gets === undefined || (await isRefused(client, one, one.gets))))
      found.push(one)
  return found
}

function countable({ name, columns, exists }: TableShape, { drops, restores }: Lossy): Counted[] {
  if (!exists) return []
  const find = (column: string) => columns.find((one) => one.name === column)
  return [
    ...drops
      .filter(({ table, column }) => table === name && (column === null || find(column)))
      .map((drop): Counted => ({ of: 'dropped', column: drop.column, condition: losesValue(drop) })),
    ...restores
      .filter(({ table, column }) => table === name && find(column)?.nullable)
      .map((one): Counted => ({ of: 'violating', column: one.column, condition: violates(one) })),
  ]
}

async function countTable(
  client: pg.Client,
  table: string,
  counted: Counted[],
): Promise<{ each: number[]; any: number }> {
  const { rows } = await client.query<{ each: number[]; any: number }>(
    `select array[${counted.map(({ condition }) => `count(*) filter (where ${condition})`).join(', ')}]::float8[] as each,
            count(*)::float8 as any
     from ${table} where ${counted.map(({ condition }) => condition).join(' or ')}`,
  )
  return rows[0]!
}
