import { z } from 'zod'
import { runbookSchema } from '../domain/runbook.ts'

/** The schema of a runbook's file for editors, which complete and check while it is written. */
export function runbookJsonSchema(): object {
  const schema = z.toJSONSchema(runbookSchema, { io: 'input' })
  return { ...schema, title: 'Lockkeeper runbook' }
}
