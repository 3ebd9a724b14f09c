import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { processOf } from '../../../src/adapters/process-table.ts'
import { makeService } from '../../../src/adapters/services/make.ts'
import type { ServiceMethod } from '../../../src/adapters/services/service.ts'
import type { Service } from '../../../src/domain/runbook.ts'

export const never = new AbortController().signal

export const running = { ok: true, value: { instances: 1 } }
export const gone = { ok: true, value: { instances: 0 } }

/** Runs until it is told to end. */
const obedient = 'trap "echo ended; exit 0" TERM; echo began; while :; do sleep 0.02; done'

export interface TestService {
  folder: string
  service: Service
  method: ServiceMethod
  pid: () => Promise<number>
  /** What a file of its folder holds; empty where there is none. */
  text: (file: string) => Promise<string>
}

/** A service in a folder of its own, whose name is as awkward as names get. Both go when the test is over. */
export async function makeTestService(
  given: Partial<Service> = {},
  environment: Record<string, string | undefined> = process.env,
): Promise<TestService> {
  const folder = await mkdtemp(path.join(tmpdir(), "lockkeeper service's "))
  const text = (file: string) => readFile(path.join(folder, file), 'utf8').catch(() => '')
  onTestFinished(async () => {
    const { pid, began } = JSON.parse((await text('api.pid.began')) || '{}') as {
      pid?: number
      began?: string
    }
    if (pid && (await processOf(pid))?.began === began) process.kill(-pid, 'SIGKILL')
    await rm(folder, { recursive: true })
  })
  const service: Service = {
    name: 'api',
    kind: 'process',
    pidFile: 'api.pid',
    start: ['/bin/sh', '-c', obedient],
    directory: '.',
    environment: [],
    stop: { signal: 'SIGTERM', within: 5000, watch: 0 },
    health: { url: 'http://127.0.0.1/', every: 100, within: 1000 },
    ...given,
  }
  const pid = async () => Number(await text('api.pid'))
  return { folder, service, method: makeService(service, folder, environment), pid, text }
}
