import type { Hrms } from '../../adapters/postgres/hrms.ts'
import { prepared } from '../scripts.ts'

/** What is noticed about a migration, as codes with what sets them apart. */
export async function noticed(hrms: Hrms, sql: string): Promise<unknown[]> {
  const { engine, up } = await prepared(sql)
  return (await engine.check(hrms.target(), up)).flatMap(({ level, problem }) => {
    if (problem.code === 'value-uncommitted' || problem.code === 'value-exists')
      return [[level, problem.value, problem.statement]]
    if (problem.code === 'type-unconvertible') return [[level, problem.table, problem.column, problem.from]]
    if (problem.code === 'column-read') return [[level, problem.table, problem.column, problem.by]]
    return problem.code === 'extension-missing' ? [[level, problem.extension]] : []
  })
}
