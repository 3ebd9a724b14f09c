import { makeService } from '../../src/adapters/services/make.ts'
import type { Runbook, Service } from '../../src/domain/runbook.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import { unread } from './unread.ts'
import { untilAnswers } from './until.ts'

/** The applications that the runbooks name, started and stopped exactly as the runbooks say. */
export interface Applications {
  runbooks: readonly Runbook[]
  start(): Promise<void>
  stop(): Promise<void>
}

const never = new AbortController().signal

/** @param folder of the runbooks */
export async function findApplications(
  folder: string,
  environment: Record<string, string>,
): Promise<Applications> {
  const { runbooks, broken } = await openRunbooks(folder).all()
  if (broken.length) throw new Error(`a runbook of the demo is broken: ${JSON.stringify(broken)}`)
  const all = runbooks.flatMap((runbook) =>
    runbook.services.map((service) => ({
      service,
      method: makeService(service, runbook.folder, environment),
    })),
  )
  const stop = async () => {
    for (const { service, method } of all) {
      const outcome = await method.stop(never, () => {})
      if (outcome.status === 'failed')
        throw new Error(`${service.name} does not stop: ${JSON.stringify(outcome.problem)}`)
    }
  }
  return {
    runbooks,
    stop,
    async start() {
      for (const { service, method } of all) {
        if (service.release) await method.release('before', never, unread)
        const outcome = await method.start(1, never)
        if (outcome.status === 'failed')
          throw new Error(`${service.name} does not start: ${JSON.stringify(outcome.problem)}`)
        await healthy(service, environment)
      }
    },
  }
}

async function healthy(service: Service, environment: Record<string, string>): Promise<void> {
  const url = service.health.url.replace(/\{([A-Z0-9_]+)\}/g, (_, name: string) => environment[name] ?? '')
  await untilAnswers(url, service.health.within)
}
