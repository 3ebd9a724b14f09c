import type { Runbook } from '../domain/runbook.ts'
import { efcoreEngine } from './efcore/engine.ts'
import type { Engine } from './engine.ts'
import type { Place } from './engine-parameters.ts'
import { sqlEngine } from './sql.ts'

/** The engine that a runbook names. */
export function makeEngine(
  { engine, folder, target }: Pick<Runbook, 'engine' | 'folder' | 'target'>,
  around: Omit<Place, 'folder' | 'owner'>,
): Engine {
  const { owner } = target
  return engine.kind === 'sql'
    ? sqlEngine(engine, folder, owner)
    : efcoreEngine(engine, { ...around, folder, owner })
}
