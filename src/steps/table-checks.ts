import type { TableShape } from '../domain/schema.ts'
import type { Prepared } from '../domain/script.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { TableCount } from '../domain/step.ts'
import { shapeDifferences } from '../adapters/postgres/catalog.ts'
import type { Validity } from '../engines/statements/validity.ts'
import { withoutDefaults } from './shapes.ts'

/** One thing that was looked at. Without `expected` it passed. */
export interface Looked {
  check: string
  found: string
  expected?: string
}

type Column = Runbook['verification']['columns'][number]

/**
 * `found`: the column's table as it is now, in the order of the columns that are expected. A default counts only where one
 * is written: EF's way down may leave one behind that its way up never takes away.
 */
export const columnsAsExpected = (
  expected: readonly Column[],
  found: readonly (TableShape | undefined)[],
): Looked[] =>
  expected.map((column, i) => {
    const is = found[i]?.columns.find((one) => one.name === column.column)
    return compared(
      `${column.table}.${column.column}`,
      described(column),
      is ? described(column.default === undefined ? { ...is, default: null } : is) : 'no such column',
    )
  })

/**
 * A number of rows that the migration leaves as it was. `mayLose`: rows that a rollback after admit was allowed to
 * delete from the tables that it names.
 */
export const countsAsBefore = (
  before: readonly TableCount[],
  now: readonly TableCount[],
  mayLose: { tables: readonly string[]; rows: number } = { tables: [], rows: 0 },
): Looked[] =>
  before.map(({ table, rows }) => {
    const check = `Rows of ${table}`
    const found = now.find((one) => one.table === table)?.rows
    if (found === undefined) return { check, expected: String(rows), found: 'no such table' }
    const least = mayLose.tables.includes(table) ? rows - mayLose.rows : rows
    if (found === rows) return { check, found: String(rows) }
    if (found >= least && found < rows) return { check, found: `${found}, before ${rows}` }
    return { check, expected: least === rows ? String(rows) : `${least} to ${rows}`, found: String(found) }
  })

/**
 * A constraint that is not validated lets wrong rows stay; an invalid index is never used. What was so before, or what the
 * migration makes so itself, is said and no fault: nobody was to change it here.
 * @param before the tables as they were when the plan was made
 */
export const allValid = (
  tables: readonly TableShape[],
  before: readonly TableShape[],
  validity: Validity,
): Looked[] =>
  tables
    .filter((table) => table.exists)
    .flatMap((table) =>
      (['constraints', 'indexes'] as const).flatMap((kind): Looked[] => {
        const was = before.find(({ name }) => name === validity.tableBefore(table.name))?.[kind] ?? []
        const wasInvalid = (name: string): boolean =>
          was.some((one) => one.name === validity.nameBefore(table.name, name) && !one.valid)
        const isMeant = (name: string): boolean =>
          validity.leaves(table.name, name) || (wasInvalid(name) && !validity.makes(table.name, name))
        const invalid = table[kind].filter((one) => !one.valid).map((one) => one.name)
        const faults = invalid.filter((name) => !isMeant(name))
        const meant = invalid.filter(isMeant)
        const check = `${kind === 'constraints' ? 'Constraints' : 'Indexes'} of ${table.name}`
        const found =
          meant.length > 0
            ? `${table[kind].length}, left not valid as before or as written: ${meant.join(', ')}`
            : `${table[kind].length}, all valid`
        if (faults.length === 0) return [{ check, found }]
        return [{ check, expected: 'all valid', found: `not valid: ${faults.join(', ')}` }]
      }),
    )

/**
 * Whether the tables are again as people saw them when they approved. A default that is left over (a way down may set
 * one to fill a column) changes nothing for the release that worked before, whose inserts name their columns: it is
 * said, and stops nobody from letting users in. Any other difference does.
 */
export function tablesAsPlanned(planned: readonly TableShape[], now: readonly TableShape[]): Looked[] {
  const serious = shapeDifferences(withoutDefaults(planned), withoutDefaults(now))
  if (serious.length > 0)
    return serious.map((difference) => ({
      check: 'Tables as before',
      expected: 'no difference',
      found: difference,
    }))
  const defaults = shapeDifferences([...planned], [...now])
  if (defaults.length === 0) return [{ check: 'Tables as before', found: `${now.length}, no difference` }]
  return defaults.map((difference) => ({ check: 'Tables as before, but for a default', found: difference }))
}

/** What a way down takes away is gone, and what it makes NOT NULL again is. Where nobody recorded the tables before. */
export const takenBack = (
  { drops, restores, after = { gone: drops, notNull: restores } }: Prepared,
  now: readonly TableShape[],
): Looked[] => [
  ...after.gone.map(({ table, column }) => {
    const is = now.find((one) => one.name === table)
    const gone = column === null ? !is?.exists : !is?.columns.some((one) => one.name === column)
    return compared(column === null ? table : `${table}.${column}`, 'not there', gone ? 'not there' : 'there')
  }),
  ...after.notNull.map(({ table, column }) => {
    const is = now.find((one) => one.name === table)?.columns.find((one) => one.name === column)
    return compared(
      `${table}.${column}`,
      'not null',
      !is ? 'no such column' : is.nullable ? 'nullable' : 'not null',
    )
  }),
]

const compared = (check: string, expected: string, found: string): Looked =>
  expected === found ? { check, found } : { check, expected, found }

const described = ({
  type,
  nullable,
  default: value = null,
}: Pick<Column, 'type' | 'nullable' | 'default'>): string =>
  `${type}, ${nullable ? 'nullable' : 'not null'}${value === null ? '' : `, default ${value}`}`
