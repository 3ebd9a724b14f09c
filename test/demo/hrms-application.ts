import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { until } from '../until.ts'
import { deployRelease, type Release } from '../../demo/hrms/release.ts'
import { freePort } from '../../demo/stage/ports.ts'
import { makeTestService, never, type TestService } from '../adapters/services/test-service.ts'
import type { TestDatabase } from '../databases.ts'
import { connectionString, hrmsBuild } from '../dotnet.ts'

/** The HRMS of the demo exists twice, for the same runbook. */
export type Written = 'TypeScript' | '.NET'

/** What the .NET one signs access tokens with. */
export const jwtSecret = 'of the tests, and long enough to sign with'

export interface Application {
  service: TestService
  /** Where it counts acknowledged writes. */
  folder: string
  environment: Record<string, string | undefined>
  /** Status and JSON of an answer. */
  ask(request: string, json?: unknown, token?: string): Promise<{ status: number; body: unknown }>
  /** By SIGTERM, as a run does it. */
  stop(): Promise<void>
}

/** Starts a release as the bot starts it, and waits until it listens, whether or not it is healthy. */
export async function startHrms(
  written: Written,
  release: Release,
  database: TestDatabase,
): Promise<Application> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-hrms-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await deployRelease(folder, release)
  const url = database.as('hrms_app', 'hrms_app')
  const port = (await freePort()) ?? 0
  const named = {
    HRMS_DATABASE_URL: url,
    ConnectionStrings__MasterDb: connectionString(url),
    JWT_SECRET: jwtSecret,
    HRMS_PORT: String(port),
    HRMS_FOLDER: folder,
    HRMS_ADMIN_EMAIL: 'admin1@morishr.test',
    HRMS_ADMIN_PASSWORD: 'Test123!',
  }
  const environment = { ...process.env, ...named }
  const start: [string, ...string[]] =
    written === 'TypeScript'
      ? [process.execPath, path.resolve(import.meta.dirname, '../../demo/hrms/api.ts')]
      : ['dotnet', (await hrmsBuild(release)).dll]
  const service = await makeTestService(
    { start, stop: { signal: 'SIGTERM', within: 60_000, watch: 0 }, environment: Object.keys(named) },
    environment,
  )
  expect(await service.method.start(1, never)).toMatchObject({ status: 'done' })
  const ask: Application['ask'] = async (request, json, token) => {
    const [method = '', address] = request.split(' ')
    const answer = await fetch(`http://127.0.0.1:${port}${address}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
    return { status: answer.status, body: await answer.json() }
  }
  await until(() => ask('GET /health'), 50)
  return {
    service,
    folder,
    environment,
    ask,
    async stop() {
      expect(await service.method.stop(never, () => {})).toMatchObject({
        status: 'done',
        facts: { instances: 1 },
      })
    },
  }
}
