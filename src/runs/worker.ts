import { setTimeout } from 'node:timers/promises'
import { watchedCodes } from '../domain/cause.ts'
import type pg from 'pg'
import { connectLocks } from '../store/connect.ts'
import { channels } from '../store/events.ts'
import type { Way } from '../store/deliveries.ts'
import { breaksThisRelease } from '../store/install.ts'
import { makeLocks, markAlive } from '../store/locks.ts'
import { drivableRuns, raiseFence, seeRuns } from '../store/runs.ts'
import { drive, makeDrive, type Drive } from './drive.ts'
import { Fenced } from './record.ts'
import type { Surroundings } from './world.ts'

/** Milliseconds between two looks for runs that no notification told of, and between two signs of life. */
const lookEvery = 1_000

/**
 * Runs that one process drives at once, those that wait for people aside: each of them may take a connection of the
 * store's pool. The others wait for a place, or for another process.
 */
const runsAtOnce = 8

export interface Worker {
  /** Lets steps end or hands them over, and gives the locks back. */
  stop(): Promise<void>
  /** Tries to be the one process that sends in this way. Once had, it is kept until the process ends. */
  tryPump(way: Way): Promise<boolean>
}

export interface WorkerOptions extends Surroundings {
  /** The bot's own database, reached directly. */
  url: string
  /** What is done on the connection that holds this process's locks, before it says that it lives. */
  onLocks?(locks: pg.Client): Promise<void>
  /** Something is to be shown. */
  onShow(): void
  /**
   * The connection that holds this process's locks broke: another process may drive the runs by now. The caller ends
   * the process at once; going on for any while would be a double effect.
   */
  onLost(): void
  /** A newer release has changed the store in a way that this one does not know. The caller ends the process at once. */
  onOutdated(): void
}

/** Drives every run that no other process drives, until it is stopped. Any number of these share one store. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { pool, log } = options
  const drives = new Map<string, { drive: Drive; ended: Promise<void> }>()
  const locks = await connectLocks(options.url)
  let stopping = false
  let wake = (): void => {}
  locks.on('error', () => stopping || options.onLost())
  locks.on('end', () => stopping || options.onLost())
  locks.on('notification', ({ channel, payload }) => {
    if (channel === channels.show) return options.onShow()
    if (channel === channels.schema) {
      if (breaksThisRelease(payload)) options.onOutdated()
      return
    }
    const driven = drives.get(payload ?? '')?.drive
    if (channel === channels.cancel) driven?.stop('cancelled')
    else if (driven) driven.wake()
    else wake()
  })
  for (const channel of Object.values(channels)) await locks.query(`listen ${channel}`)
  await options.onLocks?.(locks)
  await markAlive(locks)
  const held = makeLocks(locks)

  async function look(): Promise<void> {
    if (drives.size > 0) await seeRuns(pool, [...drives.keys()])
    for (const id of await drivableRuns(pool, options.look ? watchedCodes : [])) {
      if ([...drives.values()].filter(({ drive }) => !drive.waits).length >= runsAtOnce) return
      if (stopping || drives.has(id) || !(await held.tryLock('run', id))) continue
      const mine = makeDrive(id)
      drives.set(id, { drive: mine, ended: takeUp(mine) })
    }
  }

  async function takeUp(mine: Drive): Promise<void> {
    let again = true
    try {
      const taken = await raiseFence(pool, mine.id)
      again = !taken || (await drive(options, mine, taken)) === 'at once'
    } catch (error) {
      // The store did not answer, or a bug outside of a step: the next look takes the run up again, not at once.
      again = false
      if (!(error instanceof Fenced))
        log.error({ err: error, run: mine.id }, 'a run was let go and is taken up again')
    }
    await held.unlock('run', mine.id).catch(() => {}) // the connection broke: its locks are gone with it
    drives.delete(mine.id)
    if (again) wake()
  }

  const looking = (async () => {
    while (!stopping) {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      await look().catch((error: unknown) => log.warn({ err: error }, 'looking for runs failed'))
      const waiting = new AbortController()
      await Promise.race([woken, setTimeout(lookEvery, null, { signal: waiting.signal }).catch(() => {})])
      waiting.abort()
    }
  })()

  return {
    async stop() {
      stopping = true
      wake()
      await looking
      for (const { drive } of drives.values()) drive.stop('leaving')
      await Promise.allSettled([...drives.values()].map(({ ended }) => ended))
      await locks.end()
    },
    tryPump: (way) => held.tryLock('pump', way === 'slack' ? 'deliveries' : way),
  }
}
