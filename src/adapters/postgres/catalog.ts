import type pg from 'pg'
import type { TableShape } from '../../domain/schema.ts'
import type { TableCount } from '../../domain/step.ts'

export async function readTables(_client: pg.Client, _names: string[]): Promise<TableShape[]> {
  throw new Error('not yet')
}

export async function countRows(_client: pg.Client, _tables: string[]): Promise<TableCount[]> {
  throw new Error('not yet')
}

export async function tableSizes(
  _client: pg.Client,
  _tables: string[],
): Promise<{ table: string; rows: number; bytes: number }[]> {
  throw new Error('not yet')
}

export function shapeDifferences(_before: TableShape[], _after: TableShape[]): string[] {
  throw new Error('not yet')
}
