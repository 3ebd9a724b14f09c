import path from 'node:path'
import { parse } from 'yaml'
import { hrmsBySql } from '../../demo/stage/runbooks.ts'
import { runbookSchema, type Runbook } from '../../src/domain/runbook.ts'
import { demo } from '../runbook/files.ts'

/** The demo's runbook, by SQL files, its database another one. */
export async function exampleRunbook(database = 'hrms_master'): Promise<Runbook> {
  const example = runbookSchema.parse(parse(await hrmsBySql()))
  return { ...example, folder: path.join(demo, 'hrms'), target: { ...example.target, database } }
}
