import pg from 'pg'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { done } from '../../src/domain/outcome.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { keepPlan, start } from '../../src/runs/starting.ts'
import { startWorker } from '../../src/runs/worker.ts'
import type { StepKinds } from '../../src/steps/step-kind.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { storeDatabase } from '../databases.ts'
import { identityOf, samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'

const asha = { person: 'U_ASHA', via: 'slack' } as const

test('one process drives eight runs at once; the ninth begins when one of them has ended', async () => {
  const store = await storeDatabase()
  const pool = new pg.Pool({ connectionString: store.url, max: 4 })
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  const identity = await identityOf(store.url)
  const routes = smallRoutes()
  const forward = routes.forward.slice(0, 1)
  for (let target = 1; target <= 9; target++) {
    const plan = samplePlan({
      kind: 'backup',
      identity: { ...identity, databaseOid: target },
      routes: { ...routes, forward },
      runbook: sampleRunbook({ database: store.name }),
    })
    await keepPlan(pool, plan, asha)
    await start(pool, plan.id, asha)
  }
  const begun: { run: string; end: () => void }[] = []
  const waits = {
    resume: 'retry',
    perform: ({ run }: { run: { id: string } }) =>
      new Promise((resolve) => begun.push({ run: run.id, end: () => resolve(done({})) })),
  }
  const worker = await startWorker({
    url: store.url,
    pool,
    kinds: new Proxy({}, { get: () => waits }) as StepKinds,
    config: { slack: null, folder: '', backups: '' } as never,
    environment: { HRMS_MASTER_URL: store.url },
    secrets: makeSecrets([], {}),
    log: pino({ level: 'silent' }),
    onShow() {},
    onLost() {},
    onOutdated() {},
  })
  onTestFinished(async () => {
    for (const { end } of begun) end()
    await worker.stop()
    await pool.end()
    await store.drop()
  })
  await expect.poll(() => begun.length).toBe(8)
  begun[0]!.end()
  await expect.poll(() => begun.length).toBe(9)
  expect(new Set(begun.map(({ run }) => run))).toHaveProperty('size', 9)
})
