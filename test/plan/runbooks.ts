import type { Runbook } from '../../src/domain/runbook.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import { demo } from '../runbook/files.ts'

/** The demo's runbook, its database another one. */
export async function exampleRunbook(database = 'hrms_master'): Promise<Runbook> {
  const { runbooks } = await openRunbooks(demo).all()
  const example = runbooks.find((runbook) => runbook.name === 'add-security-enhancements')
  if (!example) throw new Error('the example is broken')
  return { ...example, target: { ...example.target, database } }
}
