import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTarget } from '../../src/adapters/postgres/target.ts'
import type { Session } from '../../src/domain/session.ts'
import { onServer } from '../databases.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'
import { waitingClient } from './clients.ts'

const drain = stepOf('drain', { seconds: 1 })
const short = stepOf('drain', { seconds: 0.3 })

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

const asked = (outcome: { status: string }) => {
  if (outcome.status !== 'asks') throw new Error(JSON.stringify(outcome))
  return (outcome as unknown as { question: { sessions: Session[] } }).question
}

/** Backends that are let into the database and listed nowhere. */
const beingLetIn = () =>
  onServer((admin) =>
    admin.query(
      `select l.pid from pg_locks l join pg_database d on d.oid = l.objid
       where l.classid = 'pg_database'::regclass and d.datname = $1`,
      [scene.database.name],
    ),
  )

test('an empty database is drained', async () => {
  expect(await scene.perform(drain)).toMatchObject({
    status: 'done',
    facts: { left: 0, ended: [], endedBy: null },
  })
})

test('sessions that leave by themselves are waited for and counted', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting')
  const drained = scene.perform(drain)
  await expect.poll(() => scene.progress.at(-1)).toMatchObject({ done: 0, of: 1, unit: 'sessions' })
  await reporting.end()
  expect(await drained).toMatchObject({ status: 'done', facts: { left: 1, ended: [] } })
})

/**
 * A client that the server lets in, and that is listed nowhere before `release`: it looks its text search configuration up
 * before it is listed, and a session that counts as the run's own keeps it from that.
 */
async function entersSlowly() {
  const { applicationName } = scene.world.target
  const holder = new pg.Client({ connectionString: scene.database.url, application_name: applicationName })
  await holder.connect()
  await holder.query('begin; lock table pg_catalog.pg_ts_config in access exclusive mode')
  const connectionString = scene.database.as('hrms_batch', 'hrms_batch')
  const options = '-c default_text_search_config=pg_catalog.english'
  const client = new pg.Client({ connectionString, options })
  client.on('error', () => {})
  const connected = client.connect()
  connected.catch(() => {})
  await expect.poll(async () => (await beingLetIn()).rowCount).toBe(1)
  const { rows } = await beingLetIn()
  return { client, connected, pid: rows[0].pid as number, release: () => holder.end() }
}

test('a session that was let in before the close is waited for, although nobody sees it yet', async () => {
  const late = await entersSlowly()
  const drained = scene.perform(stepOf('drain', { seconds: 30 }))
  await expect.poll(() => scene.progress.length).toBeGreaterThan(0)
  expect(scene.progress[0]).toMatchObject({ of: 0 })
  await late.release()
  await late.connected
  await expect.poll(() => scene.progress.at(-1)).toMatchObject({ done: 0, of: 1 })
  await late.client.end()
  expect(await drained).toMatchObject({ status: 'done', facts: { left: 1 } })
})

test('one that does not get in and does not leave is named by its PID: sessions-entering', async () => {
  const stuck = await entersSlowly()
  expect(await scene.perform(short)).toEqual({
    status: 'failed',
    problem: { code: 'sessions-entering', pids: [stuck.pid], seconds: 0.3 },
  })
  await stuck.release()
  await stuck.connected
  await stuck.client.end()
})

test('whoever is left when the time is over is shown, and not touched', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting', 'begin')
  const outcome = await scene.perform(short)
  expect(outcome).toMatchObject({
    status: 'asks',
    question: {
      code: 'sessions-left',
      sessions: [{ role: 'hrms_reporting', state: 'idle in transaction' }],
      ended: 0,
      changed: [],
      choices: ['terminate', 'wait', 'back-out'],
    },
  })
  expect((await reporting.client.query('select 1 as alive')).rows).toEqual([{ alive: 1 }])
  await reporting.end()
})

test('exactly the sessions that were ticked are ended, and recorded with who said so', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting', 'begin')
  const batch = await waitingClient(scene.database, 'hrms_batch')
  const { sessions } = asked(await scene.perform(short))
  const ticked = sessions.filter((session) => session.pid === reporting.pid)
  scene.tick(short, ticked)
  const outcome = await scene.perform(short)
  expect(outcome).toMatchObject({
    status: 'asks',
    question: {
      sessions: [{ pid: batch.pid }],
      ended: 1,
      endedSoFar: [{ pid: reporting.pid, role: 'hrms_reporting' }],
    },
  })
  await expect(reporting.ended).resolves.toBeUndefined()
  scene.answer(short, 'wait')
  await batch.end()
  expect(await scene.perform(short)).toMatchObject({
    status: 'done',
    facts: { ended: [{ pid: reporting.pid, role: 'hrms_reporting' }], endedBy: 'U_ASHA' },
  })
})

test('a session that began another transaction since it was ticked is not touched, and shown again', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting', 'begin')
  const { sessions } = asked(await scene.perform(short))
  await reporting.client.query('commit')
  await reporting.client.query('begin')
  scene.tick(short, sessions)
  expect(await scene.perform(short)).toMatchObject({
    status: 'asks',
    question: {
      code: 'sessions-left',
      changed: [{ pid: reporting.pid }],
      sessions: [{ pid: reporting.pid }],
      ended: 0,
    },
  })
  expect((await reporting.client.query('select 1 as alive')).rows).toEqual([{ alive: 1 }])
  await reporting.end()
})

test('a session that may not be ended is named: sessions-unended', async () => {
  const superuser = await scene.database.client()
  const { sessions } = asked(await scene.perform(short))
  scene.tick(short, sessions)
  expect(await scene.perform(short)).toMatchObject({
    status: 'failed',
    problem: { code: 'sessions-unended', why: 'not-permitted', sessions: [{ role: 'postgres' }] },
  })
  await superuser.end()
})

test('who comes in after others were ended comes in through a closed door: sessions-came-back', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting')
  const { sessions } = asked(await scene.perform(short))
  const superuser = await scene.database.client()
  scene.tick(short, sessions)
  expect(await scene.perform(short)).toMatchObject({
    status: 'failed',
    problem: {
      code: 'sessions-came-back',
      sessions: [{ role: 'postgres' }],
      ended: [{ role: 'hrms_reporting' }],
    },
  })
  await superuser.end()
  scene.answer(short, 'retry')
  expect(await scene.perform(short)).toMatchObject({
    status: 'done',
    facts: { ended: [{ role: 'hrms_reporting' }], endedBy: expect.any(String) },
  })
  await reporting.end()
})

test('a prepared transaction is no session, and is in the way all the same: prepared-transactions names it', async () => {
  const gid = `left-by-${scene.run.id}`
  const client = await scene.database.client()
  await client.query(
    `begin; insert into master."Tenants" select gen_random_uuid(), 'a', '${gid}', '${gid}', 'a', 'a', 0, 0, 0, 0, 0, null, null, now(), null, false; prepare transaction '${gid}'`,
  )
  await client.end()
  expect(await scene.perform(short)).toMatchObject({
    status: 'failed',
    problem: { code: 'prepared-transactions', transactions: [{ gid }] },
  })
  const again = await scene.database.client()
  await again.query(`rollback prepared '${gid}'`)
})

test('without the right to see sessions a count of zero is no count: monitoring-missing', async () => {
  const role = scene.database.name
  await onServer((admin) => admin.query(`create role ${role} login password 'blind'`))
  const { address, applicationName, expected } = scene.world.target
  scene.world.target = makeTarget(
    { ...address, url: scene.database.as(role, 'blind') },
    applicationName,
    expected,
  )
  expect(await scene.perform(short)).toEqual({
    status: 'failed',
    problem: { code: 'monitoring-missing', role },
  })
  await onServer((admin) => admin.query(`drop role ${role}`))
})

test('told to stop while it waits, it ends at once: cancelled', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting')
  const cancel = new AbortController()
  const drained = scene.perform(stepOf('drain', { seconds: 600 }), { signal: cancel.signal })
  await expect.poll(() => scene.progress.length).toBeGreaterThan(0)
  cancel.abort()
  expect(await drained).toMatchObject({ status: 'failed', problem: { code: 'cancelled' } })
  await reporting.end()
})

test('a process that died while it waited is followed by one that waits', async () => {
  expect(await scene.resume(drain)).toMatchObject({ status: 'done' })
})

test('a process that died while it ended sessions is followed by a question, not by more ended sessions', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting', 'begin')
  const { sessions } = asked(await scene.perform(short))
  scene.tick(short, sessions)
  expect(await scene.resume(short)).toMatchObject({
    status: 'asks',
    question: { code: 'sessions-left', sessions: [{ pid: reporting.pid }] },
  })
  expect((await reporting.client.query('select 1 as alive')).rows).toEqual([{ alive: 1 }])
  await reporting.end()
})

test('a process that died after it had ended all of them is followed by one that finds nobody', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting', 'begin')
  const { sessions } = asked(await scene.perform(short))
  scene.tick(short, sessions)
  await reporting.end()
  expect(await scene.resume(short)).toMatchObject({ status: 'done', facts: { ended: [] } })
})
