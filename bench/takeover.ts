import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { readIdentity } from '../src/adapters/postgres/identity.ts'
import { targetKey } from '../src/domain/identity.ts'
import { start } from '../src/runs/starting.ts'
import { connectStore } from '../src/store/connect.ts'
import { insertPlan } from '../src/store/plans.ts'
import { recordStanding } from '../src/store/standing.ts'
import { samplePlan, sampleRunbook, step } from '../test/plans.ts'
import { bootReady, type Child } from './child.ts'
import type { Ground } from './ground.ts'
import { median, type Line } from './measure.ts'

const rounds = 15
const asha = { person: 'U_ASHA', via: 'terminal' } as const
const database = 'bench_target'

/**
 * From the kill -9 of the replica that drives a run, in the middle of a statement on the target, to the moment at which
 * the step works again in another one: the death noticed, the claim taken, the orphan in the target ended. The peer is
 * what PostgreSQL gives at best: an advisory lock whose holder is killed, and a session that waits for it.
 */
export async function takeover(ground: Ground): Promise<Line[]> {
  const storeUrl = await ground.makeStore('bench_takeover')
  const targetUrl = await ground.makeDatabase(database)
  const watcher = new pg.Client(targetUrl)
  await watcher.connect()
  await watcher.query('listen works')
  const bootReplica = async (): Promise<Child> => (await bootReady('replica.ts', [storeUrl, targetUrl])).child
  const replicas = [await bootReplica(), await bootReplica()]
  const began = works(watcher)
  await startRun(storeUrl, watcher, targetUrl)
  let driver = await began

  const ours: number[] = []
  const peer: number[] = []
  for (let round = 0; round < rounds; round++) {
    // Anywhere between two looks of the one that takes over.
    await wait(Math.random() * 1000)
    const dying = replicas.findIndex(({ process }) => process.pid === driver)
    const again = works(watcher)
    const killed = performance.now()
    await replicas[dying]!.kill()
    driver = await again
    ours.push(performance.now() - killed)
    replicas[dying] = await bootReplica()
    peer.push(await bareLock(targetUrl, watcher))
  }
  for (const replica of replicas) await replica.kill()
  await watcher.end()
  const worst = Math.max(...ours)
  return [
    {
      what: 'kill -9 to the step at work in another replica',
      ours: `${ms(median(ours))}, worst ${ms(worst)}`,
      peer: `${ms(median(peer))}: a bare advisory lock`,
      ratio: median(ours) / median(peer),
      asked: { says: 'worst ≤ 2 s', holds: worst <= 2000 },
    },
  ]
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`

/** The next process whose step is at work. */
async function works(watcher: pg.Client): Promise<number> {
  const [{ payload }] = (await once(watcher, 'notification')) as [pg.Notification]
  return Number(payload)
}

async function startRun(storeUrl: string, target: pg.Client, targetUrl: string): Promise<void> {
  const pool = connectStore(storeUrl, 1)
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  const plan = samplePlan({
    kind: 'backup',
    runbook: sampleRunbook({ database }),
    identity: await readIdentity(target, new URL(targetUrl).host),
    routes: {
      forward: [step('claim', {}, false), step('before', {}, false)],
      'back-out': [],
      'roll-back': null,
    },
  })
  await insertPlan(pool, plan, targetKey(plan.approved.identity))
  const started = await start(pool, plan.id, asha)
  if (!started.ok) throw new Error(started.problem.code)
  await pool.end()
}

async function bareLock(url: string, waiter: pg.Client): Promise<number> {
  const { child: holder } = await bootReady('lock-holder.ts', [url])
  const taken = waiter.query('select pg_advisory_lock(7)')
  await wait(50)
  const killed = performance.now()
  await Promise.all([holder.kill(), taken])
  const lasted = performance.now() - killed
  await waiter.query('select pg_advisory_unlock(7)')
  return lasted
}
