import { mkdir } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import type { Question } from '../../src/domain/question.ts'
import { lookAt } from '../../src/steps/looks.ts'
import { makeScene, type Scene } from './world.ts'
import { stepOf } from './plan.ts'

let scene: Scene | undefined
afterEach(async () => {
  await scene?.end()
  scene = undefined
})

const asks = (problem: Problem): Question => ({ code: 'step-failed', problem, choices: ['retry'] })

const seen = (at: Scene, question: Question) =>
  lookAt(question, { run: at.run, world: at.world, signal: new AbortController().signal })

const unhealthy: Problem = {
  code: 'unhealthy',
  service: 'hrms-api',
  url: 'http://127.0.0.1/health',
  saw: '503',
  attempts: 3,
  seconds: 15,
}

test('a service that was not healthy is seen to be, once it answers', async () => {
  scene = await makeScene()
  expect(await seen(scene, asks(unhealthy))).toEqual({ cause: 'there' })
  const started = await scene.service.start(1, new AbortController().signal)
  expect(started.status).toBe('done')
  const at = scene
  await expect.poll(() => seen(at, asks(unhealthy))).toEqual({ cause: 'gone' })
  const stays: Problem = {
    code: 'service-will-not-stop',
    service: 'hrms-api',
    pid: 1,
    signal: 'SIGTERM',
    seconds: 5,
  }
  expect(await seen(scene, asks(stays))).toEqual({ cause: 'there' })
  await scene.service.stop(AbortSignal.timeout(30_000), () => {})
  expect(await seen(scene, asks(stays))).toEqual({ cause: 'gone' })
})

test('a lock is released when its holder has left, or has ended its transaction; the look holds none itself', async () => {
  scene = await makeScene()
  await scene.perform(stepOf('claim', {}))
  const holder = await scene.database.client()
  await holder.query('begin')
  await holder.query('lock table master."AdminUsers" in share mode')
  const left: Question = { code: 'sessions-left', sessions: [], ended: 0, changed: [], choices: ['wait'] }
  const { sessions = [] } = await seen(scene, left)
  expect(sessions).toMatchObject([{ state: 'idle in transaction' }])
  const locked: Problem = {
    code: 'lock-timeout',
    statement: null,
    attempts: 1,
    seconds: 1,
    blockers: sessions,
    sqlstate: '55P03',
  }
  expect(await seen(scene, asks(locked))).toMatchObject({
    cause: 'there',
    sessions: [{ pid: sessions[0]?.pid }],
  })
  const { rows } = await holder.query(
    `select from pg_locks where relation is not null and pid <> pg_backend_pid()
     and database = (select oid from pg_database where datname = current_database())
     and mode not in ('AccessShareLock')`,
  )
  expect(rows).toEqual([])
  await holder.query('rollback')
  expect(await seen(scene, asks(locked))).toEqual({ cause: 'gone', sessions: [] })
  // It is in the database still: drain is not done.
  expect(await seen(scene, left)).toMatchObject({ cause: 'there' })
  await holder.end()
  const at = scene
  await expect.poll(() => seen(at, left)).toEqual({ cause: 'gone', sessions: [] })
})

test('a disk has room again when the backup would fit; of several blockers all must be gone', async () => {
  scene = await makeScene()
  const { folder } = scene.world.backups
  const full: Problem = { code: 'backup-folder', folder, errno: 'ENOSPC' }
  expect(await seen(scene, asks(full))).toEqual({ cause: 'there' })
  await mkdir(folder, { recursive: true })
  expect(await seen(scene, asks(full))).toEqual({ cause: 'gone' })
  const short = (needs: number): Problem => ({ code: 'disk-short', folder, free: 1, needs })
  expect(await seen(scene, asks(short(2 ** 60)))).toEqual({ cause: 'there' })
  const both = (needs: number): Question => ({
    code: 'new-blockers',
    problems: [full, short(needs)],
    choices: ['retry'],
  })
  expect(await seen(scene, both(2 ** 60))).toEqual({ cause: 'there' })
  expect(await seen(scene, both(1))).toEqual({ cause: 'gone' })
})

test('a server that cannot be reached is reached again, and another server under its name is not it', async () => {
  scene = await makeScene()
  const gone: Problem = { code: 'target-unreachable', host: 'db', database: 'hrms', errno: 'ECONNREFUSED' }
  expect(await seen(scene, asks(gone))).toEqual({ cause: 'gone' })
  const { connect } = scene.world.target
  scene.world.target.connect = async () => ({ ok: false, problem: gone })
  expect(await seen(scene, asks(gone))).toEqual({ cause: 'there' })
  scene.world.target.connect = connect
  expect(await seen(scene, asks({ code: 'bug', reference: 'x' }))).toEqual({ cause: 'unseen' })
})
