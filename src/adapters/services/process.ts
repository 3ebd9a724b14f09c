import type { Service } from '../../domain/runbook.ts'
import type { ServiceMethod } from './service.ts'

export function processService(
  _service: Service,
  _folder: string,
  _environment: Readonly<Record<string, string | undefined>>,
): ServiceMethod {
  throw new Error('not yet')
}
