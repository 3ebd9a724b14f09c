import type { Service } from '../../domain/runbook.ts'
import type { ServiceMethod } from './service.ts'
import { processService } from './process.ts'

/** The method of a service. `folder`: the runbook's, where relative paths start; `environment`: what it is started with. */
export function makeService(
  service: Service,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ServiceMethod {
  switch (service.kind) {
    case 'process':
      return processService(service, folder, environment)
  }
}
