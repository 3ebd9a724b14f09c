import type { EngineSettings } from '../domain/runbook.ts'
import type { Engine } from './engine.ts'

export function sqlEngine(_settings: Extract<EngineSettings, { kind: 'sql' }>, _folder: string): Engine {
  throw new Error('not yet')
}
