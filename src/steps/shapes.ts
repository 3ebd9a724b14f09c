import type { TableShape } from '../domain/schema.ts'
import { shapeDifferences } from '../adapters/postgres/catalog.ts'

/** Names of the tables that are not as they were. */
export const unlikeTables = (expected: readonly TableShape[], found: readonly TableShape[]): string[] =>
  expected
    .filter((table) => {
      const same = found.find((one) => one.name === table.name)
      return !same || shapeDifferences([table], [same]).length > 0
    })
    .map((table) => table.name)

/** The same tables as if no column had a default: what is left to differ matters to whoever reads and writes. */
export const withoutDefaults = (tables: readonly TableShape[]): TableShape[] =>
  tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({ ...column, default: null })),
  }))
