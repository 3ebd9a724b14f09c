import { afterEach, expect, onTestFinished, test } from 'vitest'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Choice } from '../../src/domain/choice.ts'
import { lastAttempt, presentRoute, stepsOf } from '../../src/domain/route.ts'
import { gateId, type Ending, type Gate } from '../../src/domain/run.ts'
import { makePlan } from '../../src/plan/make.ts'
import { next } from '../../src/runs/next.ts'
import { questionAfterFailure } from '../../src/runs/questions.ts'
import { gateView } from '../../src/views/run/gate.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { aclOf, enters } from './access-of.ts'
import { waitingClient } from './clients.ts'
import { hrmsRoutes, stepOf, valueOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

// Whole runs of the example, step after step as a worker performs them, on the real application and its database.

let scene: Scene
afterEach(() => scene.end())

/** With the plan that people would approve, its routes included. */
async function begin(change: (written: any) => void = () => {}): Promise<void> {
  scene = await makeScene({
    change(written) {
      delete written.backup.free
      change(written)
    },
  })
  scene.run.plan = valueOf(
    await makePlan({
      runbook: scene.runbook,
      kind: 'migrate',
      id: '7F3A',
      author: 'U_ASHA',
      now: new Date().toISOString(),
      environment: scene.environment,
      backups: { folder: scene.world.backups.folder },
      builds: scene.world.builds,
      earlier: [],
      ours: null,
    }),
  )
  await scene.service.start(1, new AbortController().signal)
}

/** Performs the run to its end; a step that waits for people gets its answer by its id, or the run stands there. */
async function drive(answers: Record<string, Choice> = {}): Promise<Ending> {
  for (;;) {
    const turn = next(scene.run.plan.approved.routes, scene.record)
    if (turn.do === 'end') return turn.ending
    if (turn.do === 'perform') await scene.perform(turn.step)
    else if (answers[turn.step.id]) scene.answer(turn.step, answers[turn.step.id]!)
    else throw new Error(JSON.stringify(lastAttempt(scene.record, turn.step.id)?.outcome))
  }
}

/** Every step of the present way with how it ended. */
const ends = (): [string, string | undefined][] => {
  const { routes } = scene.run.plan.approved
  return stepsOf(routes, presentRoute(scene.record)).map(({ id }) => [
    id,
    lastAttempt(scene.record, id)?.outcome?.status,
  ])
}
const column = async (name: string): Promise<boolean> => {
  const client = await scene.database.client()
  const { rowCount } = await client.query(
    `select from information_schema.columns where table_name = 'RefreshTokens' and column_name = $1`,
    [name],
  )
  await client.end()
  return rowCount === 1
}
const gateOf = (run: string): Omit<Gate, 'question'> => ({
  id: gateId(run, 'migrate', 1),
  run,
  step: 'migrate',
  attempt: 1,
  openedAt: new Date().toISOString(),
  answer: null,
  answeredAt: null,
  leftBy: null,
  looked: null,
})
const deployed = () => readFile(path.join(scene.folder, 'release'), 'utf8')
const health = async () => {
  const response = await fetch(`http://127.0.0.1:${scene.environment['HRMS_PORT']}/health`)
  return response.json()
}

test('forward: users are out, the database is moved and verified, and users are in again with the new release', async () => {
  await begin()
  expect(await drive()).toBe('done')
  expect(ends().filter(([, status]) => status !== 'done')).toEqual([])
  expect(await column('TenantId')).toBe(true)
  expect(await health()).toEqual({ status: 'Healthy', release: 'after' })
  expect(await scene.world.debts.open()).toEqual([])
  expect(await enters(scene.database, 'hrms_reporting')).toBe(true)
})

test('back-out: somebody stays in the database, so everything is given back as it was', async () => {
  await begin()
  const was = await aclOf(scene.database.name)
  const reporting = await waitingClient(scene.database, 'hrms_reporting', 'begin')
  expect(await drive({ drain: 'back-out' })).toBe('backed-out')
  expect(ends()).toEqual([
    ['back-out.verify', 'done'],
    ['back-out.open', 'done'],
    ['back-out.release:hrms-api', 'unneeded'],
    ['back-out.start:hrms-api', 'done'],
    ['back-out.smoke', 'done'],
    ['back-out.admit', 'done'],
  ])
  expect(await health()).toEqual({ status: 'Healthy', release: 'before' })
  expect(was).toBeNull()
  expect(await enters(scene.database, 'hrms_batch')).toBe(true)
  expect(await scene.world.debts.open()).toEqual([])
  await reporting.end()
})

test('back-out before anything was taken has nothing to give back, and touches nothing', async () => {
  await begin()
  const { routes } = scene.run.plan.approved
  const inTheWay = stepOf('deadline', { needsSeconds: 1e9 })
  routes.forward = [...routes.forward.filter(({ inWindow, kind }) => !inWindow && kind !== 'check'), inTheWay]
  const before = await scene.service.state()
  expect(await drive({ deadline: 'back-out' })).toBe('backed-out')
  expect(new Set(ends().map(([, status]) => status))).toEqual(new Set(['unneeded']))
  expect(await scene.service.state()).toEqual(before)
  expect(await aclOf(scene.database.name)).toBeNull()
})

test('roll-back before the services start: the try-out fails, so the database goes back and the old release starts', async () => {
  await begin()
  const client = await scene.database.client()
  await client.query('revoke insert on master."AdminUsers" from hrms_app')
  await client.end()
  expect(await drive({ verify: 'roll-back' })).toBe('rolled-back')
  expect(Object.fromEntries(ends())).toMatchObject({
    'roll-back.migrate': 'done',
    'roll-back.verify': 'done',
    'roll-back.start:hrms-api': 'done',
    'roll-back.admit': 'done',
  })
  expect(await column('TenantId')).toBe(false)
  expect(await health()).toEqual({ status: 'Healthy', release: 'before' })
  expect(await scene.world.debts.open()).toEqual([])
})

test('roll-back between two migrations: the second one fails, so the first is taken back, and users are in again', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-migrations-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await cp('demo/runbooks/hrms/migrations', folder, { recursive: true })
  const [first, second] = ['20251113040317_AddSecurityEnhancements', '20251201000000_NoAdmins']
  const table = 'ALTER TABLE master."AdminUsers"'
  await writeFile(path.join(folder, `${second}.up.sql`), `${table} ADD CONSTRAINT none CHECK (false)`)
  await writeFile(path.join(folder, `${second}.down.sql`), `${table} DROP CONSTRAINT none`)
  await begin((written) => {
    written.migration = second
    written.engine.folder = folder
  })
  await expect(drive()).rejects.toThrow('check_violation')
  expect(await column('TenantId')).toBe(true)
  const { run, record } = scene
  run.windowBegan = new Date().toISOString()
  const failure = lastAttempt(record, 'migrate')!.outcome
  if (failure?.status !== 'failed') throw new Error('it did not fail')
  expect(failure.reached).toEqual({ between: first })
  const step = run.plan.approved.routes.forward.find(({ id }) => id === 'migrate')!
  const question = questionAfterFailure(run, record, step, failure.problem)
  expect(question).toMatchObject({ choices: ['retry', 'roll-back', 'leave'] })
  expect(question.lapses).toBeUndefined()
  const gate = { ...gateOf(run.id), question }
  const words = plainText(gateView(gate, run, record))
  expect(words).toContain(`was moved a part of the way: its history ends at ${first}`)
  expect(words).toContain(`then goes on from ${first}`)
  expect(words).toContain(`runs the way down from ${first}`)

  expect(await drive({ migrate: 'roll-back' })).toBe('rolled-back')
  expect(Object.fromEntries(ends())).toMatchObject({
    'roll-back.migrate': 'done',
    'roll-back.verify': 'done',
    'roll-back.smoke': 'done',
    'roll-back.admit': 'done',
  })
  expect(lastAttempt(record, 'roll-back.migrate')!.outcome).toMatchObject({ facts: { reconciled: false } })
  expect(await column('TenantId')).toBe(false)
  expect(await health()).toEqual({ status: 'Healthy', release: 'before' })
  expect(await enters(scene.database, 'hrms_reporting')).toBe(true)
  expect(await scene.world.debts.open()).toEqual([])
})

test('roll-back after the services started: they are stopped again, users stay out until everything is as before', async () => {
  await begin((written) => {
    // The new release is the old one under another name, so that it writes nothing that the way down cannot take back.
    written.services[0].release.after.deploy = [process.execPath, 'demo/hrms/release.ts', 'before']
    written.functional = [{ name: 'Password reset', url: 'http://127.0.0.1:{HRMS_PORT}/not-there' }]
  })
  const { forward: planned } = scene.run.plan.approved.routes
  scene.run.plan.approved.routes = {
    ...hrmsRoutes(),
    forward: planned.filter(({ kind }) => kind !== 'check'),
  }
  const { forward } = scene.run.plan.approved.routes
  const failing = forward.find(({ kind }) => kind === 'smoke')!
  expect(await drive({ [failing.id]: 'roll-back', 'roll-back.smoke': 'go-on' })).toBe('rolled-back')
  expect(Object.fromEntries(ends())).toMatchObject({
    'roll-back.stop': 'done',
    'roll-back.close': 'done',
    'roll-back.drain': 'done',
    'roll-back.migrate': 'done',
    'roll-back.release': 'done',
    'roll-back.start': 'done',
  })
  expect(await column('TenantId')).toBe(false)
  expect(await deployed()).toBe('before')
  expect(await scene.service.state()).toEqual({ ok: true, value: { instances: 1 } })
  expect(await aclOf(scene.database.name).then(() => enters(scene.database, 'hrms_batch'))).toBe(true)
  expect(await scene.world.debts.open()).toEqual([])
})
