import type { Target } from '../adapters/postgres/target.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Loss } from '../domain/plan.ts'
import type { Keep, Prepared, Statement } from '../domain/script.ts'
import { keptSchema } from './parts.ts'
import { quoteName, quoteValue } from './statements/sql-parse.ts'

type Lossy = Pick<Prepared, 'drops' | 'restores'>

/** SQL that is true for rows whose value in a dropped column differs from what the way up gave them. */
export function losesValue({ column, gave }: Prepared['drops'][number]): string {
  if (column === null) return 'true'
  const name = quoteName(column)
  if (gave !== 'unknown' && gave.value !== null && gave.asText)
    return `${name}::text COLLATE "C" IS DISTINCT FROM ${quoteValue(gave.value)}`
  return gave === 'unknown' || gave.value === null
    ? `${name} IS NOT NULL`
    : `${name} IS DISTINCT FROM ${quoteValue(gave.value)}`
}

/** SQL that is true for rows that stand in the way of what Down restores. */
export const violates = ({ column }: Prepared['restores'][number]): string => `${quoteName(column)} IS NULL`

/**
 * SQL that is false where there is no such column: the name is looked for in the row first, and then in what stands for
 * it, a value of which the condition is false.
 */
function ifThere(
  condition: string,
  { table, column, maybe }: { table: string; column: string | null; maybe?: true },
  instead: string,
): string {
  if (!maybe || column === null) return condition
  return `(SELECT (SELECT ${condition} FROM (SELECT ${table}.*) AS its) FROM (SELECT ${instead} AS ${quoteName(column)}) AS missing)`
}

const losesIfThere = (drop: Prepared['drops'][number]): string => {
  const { gave } = drop
  const same = gave === 'unknown' || gave.value === null ? 'NULL' : quoteValue(gave.value)
  return ifThere(losesValue(drop), drop, same)
}

const violatesIfThere = (one: Prepared['restores'][number]): string => ifThere(violates(one), one, "''")

/** The tables whose rows a way down loses, sorted. */
export const lossyTables = ({ drops, restores }: Lossy): string[] =>
  [...new Set([...drops, ...restores].map(({ table }) => table))].toSorted()

/**
 * What a rollback after admit does before Down's own statements, in Down's own transaction: rows that lose something are
 * kept whole, in a schema that nobody else may use; rows that stand in Down's way are deleted, since that is the loss
 * that was accepted. `{run}` stands for the run's id.
 * @param dropsTypes whether Down drops types or collations: what is kept must not be of one, or would go with it.
 */
export function keepsOf({ drops, restores }: Lossy, line: number, dropsTypes: boolean): Keep[] {
  const added = (text: string): Statement => ({ text, line, from: 'added' })
  const deleted = (one: Prepared['restores'][number]): Keep['statements'][number] => ({
    ...added(`DELETE FROM ${one.table} WHERE ${violates(one)}`),
    by: one.column,
  })
  return lossyTables({ drops, restores }).map((table, position) => {
    const lost = drops.filter((one) => one.table === table)
    const violating = restores.filter((one) => one.table === table)
    const isDropped = lost.some(({ column }) => column === null)
    const into = `${keptSchema}.${keptName(table, position)}`
    const conditions = [...lost.map(losesIfThere), ...violating.map(violatesIfThere)]
    const maybe = [...lost, ...violating].every((one) => one.maybe)
    const where = isDropped ? '' : ` WHERE ${conditions.join(' OR ')}`
    return {
      table,
      into,
      lock: added(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`),
      ...(maybe && { maybe }),
      statements: [
        ...makeSchema.map(added),
        added(`CREATE TABLE ${into} AS SELECT * FROM ${table}${where}`),
        added(`REVOKE ALL ON TABLE ${into} FROM PUBLIC`),
        ...(dropsTypes ? [added(asTexts(into))] : []),
        ...(isDropped ? [] : violating.map(deleted)),
      ],
    }
  })
}

/** Columns of types or collations that are not the server's own become texts. */
const asTexts = (table: string): string => `DO $lockkeeper$
DECLARE its name;
BEGIN
  FOR its IN
    SELECT attname FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type t ON t.oid = atttypid
    WHERE attrelid = pg_catalog.to_regclass(${quoteValue(table)}) AND (typnamespace <> 'pg_catalog'::pg_catalog.regnamespace OR attcollation NOT IN (0, typcollation))
  LOOP
    EXECUTE pg_catalog.format(${quoteValue(`ALTER TABLE ${table} ALTER %1$I TYPE pg_catalog.text USING %1$I::pg_catalog.text`)}, its);
  END LOOP;
END $lockkeeper$`

const makeSchema = [
  `CREATE SCHEMA IF NOT EXISTS ${keptSchema}`,
  `REVOKE ALL ON SCHEMA ${keptSchema} FROM PUBLIC`,
]

/** PostgreSQL cuts names at 63 bytes; a run's id needs about ten of them. */
const longest = 45

function keptName(table: string, position: number): string {
  const plain = table.replaceAll('"', '')
  const name = Buffer.byteLength(plain) > longest ? `${cut(plain)}~${position + 1}` : plain
  return `"{run}_${name}"`
}

/** Without half a character at the end. */
const cut = (name: string): string =>
  new TextDecoder().decode(Buffer.from(name).subarray(0, longest)).replace(/\uFFFD$/, '')

/** More would be lost than somebody accepted: nothing is done, and people are asked. Null: it may go on. */
export const askIfGrown = ({ rows }: Loss, accepted: number): Outcome<never> | null =>
  rows > accepted
    ? {
        status: 'asks',
        question: { code: 'loss-grew', accepted, counted: rows, choices: ['go-on', 'back-out', 'leave'] },
      }
    : null

/** The keeps of tables that lose something, as they run: nothing is deleted but rows that stand in the way. */
export function keepsNeeded(keeps: readonly Keep[], { dropped, violating }: Loss, run: string): Keep[] {
  const lossy = new Set([...dropped, ...violating].flatMap(({ table, rows }) => (rows ? [table] : [])))
  const isInTheWay = (of: string, by: string | undefined): boolean =>
    by === undefined || violating.some(({ table, column, rows }) => table === of && column === by && rows > 0)
  return keeps
    .filter(({ table }) => lossy.has(table))
    .map((keep) => ({
      ...keep,
      into: keep.into.replaceAll('{run}', run),
      statements: keep.statements
        .filter(({ by }) => isInTheWay(keep.table, by))
        .map((one) => ({ ...one, text: one.text.replaceAll('{run}', run) })),
    }))
}

/** Sessions of a run are named `lockkeeper:RUN`. */
export const runOf = ({ applicationName }: Pick<Target, 'applicationName'>): string =>
  applicationName.slice(applicationName.indexOf(':') + 1)
