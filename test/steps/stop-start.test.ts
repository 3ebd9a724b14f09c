import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isHealthy } from '../../src/adapters/http.ts'
import { questionAfterFailure } from '../../src/runs/questions.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const stop = stepOf('stop', { service: 'hrms-api' })
const start = stepOf('start', { service: 'hrms-api' })
const what = 'service hrms-api'

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

const runningNow = async (): Promise<number> => {
  const state = await scene.service.state()
  return state.ok ? state.value.instances : -1
}
const run = () => scene.service.start(1, new AbortController().signal)
const owes = async () => {
  await scene.world.debts.plan({ owes: 'service', what, was: { instances: 1 } })
  await scene.world.debts.take(what)
}

test('stop ends the service, and has recorded first how many instances ran', async () => {
  await run()
  expect(await scene.perform(stop)).toMatchObject({ status: 'done', facts: { instances: 1 } })
  expect(await runningNow()).toBe(0)
  expect(await scene.world.debts.open()).toMatchObject([{ what, was: { instances: 1 } }])
})

test('a service that does not run is not stopped, so it will not be started', async () => {
  expect(await scene.perform(stop)).toEqual({ status: 'unneeded', because: 'already-so' })
  expect(await scene.perform(start)).toEqual({ status: 'unneeded', because: 'nothing-taken' })
  expect(await runningNow()).toBe(0)
})

test('stopped once more by a retry, what is owed stays what ran at first', async () => {
  await run()
  await scene.perform(stop)
  expect(await scene.perform(stop)).toMatchObject({ status: 'done', facts: { instances: 1 } })
  expect(await scene.world.debts.open()).toMatchObject([{ was: { instances: 1 } }])
})

test('nothing is stopped when what runs cannot be told', async () => {
  const unreadable = await makeScene({
    change: (written) => (written.services[0].pidFile = '/'),
  })
  const outcome = await unreadable.perform(stop)
  expect(outcome).toMatchObject({ status: 'failed', problem: { code: 'service-state-unknown' } })
  expect(unreadable.debts).toEqual([])
  await unreadable.end()
})

test('a stop that a dead process finished is found done', async () => {
  await owes()
  expect(await scene.resume(stop)).toEqual({ status: 'done', facts: { instances: 1, seconds: 0 } })
})

test('a stop that a dead process had only recorded is done by the next one', async () => {
  await run()
  await owes()
  expect(await scene.resume(stop)).toMatchObject({ status: 'done', facts: { instances: 1 } })
  expect(await runningNow()).toBe(0)
})

test('a stop that a dead process had not even recorded is done, and recorded', async () => {
  await run()
  expect(await scene.resume(stop)).toMatchObject({ status: 'done' })
  expect(await scene.world.debts.open()).toMatchObject([{ what }])
})

test('start starts what was stopped and settles it', async () => {
  await run()
  await scene.perform(stop)
  expect(await scene.perform(start)).toMatchObject({ status: 'done', facts: { instances: 1 } })
  expect(await runningNow()).toBe(1)
  expect(await scene.world.debts.open()).toEqual([])
})

test('a service that somebody started by hand is settled, not started twice', async () => {
  await owes()
  await run()
  expect(await scene.perform(start)).toEqual({ status: 'unneeded', because: 'already-so' })
  expect(await scene.world.debts.open()).toEqual([])
})

test('a service that runs otherwise than it did is asked about, and put back when somebody says so', async () => {
  await scene.world.debts.plan({ owes: 'service', what, was: { instances: 3 } })
  await scene.world.debts.take(what)
  await run()
  expect(await scene.perform(start)).toMatchObject({
    status: 'asks',
    question: { code: 'changed-meanwhile', what, found: '1 instance', choices: ['retry', 'go-on', 'leave'] },
  })
  expect(await scene.world.debts.open()).toHaveLength(1)
  scene.answer(start, 'go-on')
  expect(await scene.perform(start)).toEqual({ status: 'unneeded', because: 'already-so' })
  expect(await scene.world.debts.open()).toEqual([])
})

test('a service that cannot start stays owed: service-failed', async () => {
  const broken = await makeScene({ change: (written) => (written.services[0].start = ['/bin/false']) })
  await broken.world.debts.plan({ owes: 'service', what, was: { instances: 1 } })
  await broken.world.debts.take(what)
  expect(await broken.perform(start)).toMatchObject({
    status: 'failed',
    problem: { code: 'service-failed', doing: 'start' },
  })
  expect(await broken.world.debts.open()).toHaveLength(1)
  await broken.end()
})

test('a start that a dead process finished is found done and settled, not started twice', async () => {
  await owes()
  await run()
  expect(await scene.resume(start)).toEqual({ status: 'done', facts: { instances: 1, seconds: 0 } })
  expect(await scene.world.debts.open()).toEqual([])
})

test('a start that a dead process had not done is done by the next one', async () => {
  await owes()
  expect(await scene.resume(start)).toMatchObject({ status: 'done', facts: { instances: 1 } })
  expect(await runningNow()).toBe(1)
})

test('a service that does not end in its time is named with its PID, and stays owed: service-will-not-stop', async () => {
  const stubborn = await makeScene({
    change(written) {
      written.services[0].start = ['/bin/sh', '-c', 'trap "" TERM; sleep 600']
      written.services[0].stop = { signal: 'SIGTERM', within: '200ms' }
    },
  })
  await stubborn.service.start(1, new AbortController().signal)
  const outcome = await stubborn.perform(stop)
  expect(outcome).toMatchObject({ status: 'failed', problem: { code: 'service-will-not-stop' } })
  expect(await stubborn.world.debts.open()).toHaveLength(1)
  if (outcome.status === 'failed' && outcome.problem.code === 'service-will-not-stop')
    process.kill(-outcome.problem.pid, 'SIGKILL')
  await stubborn.end()
})

test('a healthy service that ignores its stop signal can be kept running: the way back counts it as started', async () => {
  const deaf = `process.on('SIGTERM', () => {})
    require('node:http').createServer((_, answer) => answer.end('up')).listen(process.env.HRMS_PORT, '127.0.0.1')`
  const stubborn = await makeScene({
    change(written) {
      written.services[0].start = [process.execPath, '-e', deaf]
      written.services[0].stop = { signal: 'SIGTERM', within: '300ms' }
    },
  })
  await stubborn.service.start(1, new AbortController().signal)
  const [service] = stubborn.runbook.services
  const isUp = () => isHealthy(service!, new AbortController().signal, stubborn.environment)
  await expect.poll(isUp).toBe(true)
  const outcome = await stubborn.perform(stop)
  if (outcome.status !== 'failed' || outcome.problem.code !== 'service-will-not-stop')
    throw new Error(outcome.status)
  expect(outcome.problem.healthy).toBe(true)
  const question = questionAfterFailure(stubborn.run, stubborn.record, stop, outcome.problem)
  expect(question.choices).toContain('accept')
  stubborn.answer(stop, 'accept')
  const back = stepOf('start', { service: 'hrms-api' }, 'back-out')
  expect(await stubborn.perform(back)).toEqual({ status: 'done', facts: { instances: 1, seconds: 0 } })
  expect(await stubborn.world.debts.open()).toEqual([])
  expect(await isUp()).toBe(true)
  process.kill(-outcome.problem.pid, 'SIGKILL')
  await stubborn.end()
})

test('a service that was told to end and ends late is no start: it is waited out, and started anew', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-slow-'))
  const go = path.join(folder, 'go')
  const slow = await makeScene({
    change(written) {
      const program = `trap 'test -e ${go} && exit' TERM; while :; do sleep 0.05; done`
      written.services[0].start = ['/bin/sh', '-c', program]
      written.services[0].stop = { signal: 'SIGTERM', within: '300ms' }
    },
  })
  await slow.service.start(1, new AbortController().signal)
  const stopped = await slow.perform(stop)
  if (stopped.status !== 'failed' || stopped.problem.code !== 'service-will-not-stop')
    throw new Error(stopped.status)
  const { pid } = stopped.problem
  // It stays for longer than anybody waits: nobody is told that it is back.
  expect(await slow.perform(start)).toMatchObject({ problem: { code: 'service-will-not-stop', pid } })
  expect(await slow.world.debts.open()).toHaveLength(1)
  await writeFile(go, '')
  expect(await slow.perform(start)).toMatchObject({ status: 'done', facts: { instances: 1 } })
  expect(await slow.world.debts.open()).toEqual([])
  await slow.service.stop(new AbortController().signal, () => {})
  await slow.end()
  await rm(folder, { recursive: true })
})

test('told to stop before it began, a step does nothing: cancelled', async () => {
  await run()
  const cancel = new AbortController()
  cancel.abort()
  expect(await scene.perform(stop, { signal: cancel.signal })).toMatchObject({
    status: 'failed',
    problem: { code: 'cancelled' },
  })
  expect(await runningNow()).toBe(1)
})
