import type { EngineSettings } from '../domain/runbook.ts'
import { efcoreEngine } from './efcore/engine.ts'
import type { Engine } from './engine.ts'
import type { Place } from './place.ts'
import { sqlEngine } from './sql.ts'

/** The engine that a runbook names. */
export function makeEngine(settings: EngineSettings, place: Place): Engine {
  return settings.kind === 'sql' ? sqlEngine(settings, place.folder) : efcoreEngine(settings, place)
}
