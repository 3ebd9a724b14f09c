import type { EngineSettings } from '../domain/runbook.ts'
import type { Engine } from './engine.ts'
import { sqlEngine } from './sql.ts'

/** The engine that a runbook names. `folder`: of the runbook, where relative paths start. */
export function makeEngine(settings: EngineSettings, folder: string): Engine {
  return sqlEngine(settings, folder)
}
