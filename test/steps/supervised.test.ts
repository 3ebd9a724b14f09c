import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { questionAfterFailure } from '../../src/runs/questions.ts'
import { hrmsRoutes, stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

// Services that somebody else starts again, and processes that pass for them, all of them real.

const stop = stepOf('stop', { service: 'hrms-api' })
const start = stepOf('start', { service: 'hrms-api' })
const smoke = stepOf('smoke', { as: 'after' })
const never = new AbortController().signal

let scene: Scene
afterEach(() => scene.end())

/** Answers 200 to everything, on the application's port. */
const serves = `require('http').createServer((_, r) => r.end('{"release":"v1"}'))
  .listen(Number(process.env.HRMS_PORT), '127.0.0.1')`

async function begin(change: (service: any) => void = () => {}): Promise<string> {
  scene = await makeScene({
    prepared: true,
    change(written) {
      const url = 'http://127.0.0.1:{HRMS_PORT}'
      written.functional = []
      written.services[0].start = [process.execPath, '-e', serves]
      written.services[0].health = { url: `${url}/health`, every: '20ms', within: '60s' }
      delete written.services[0].release
      change(written.services[0])
    },
  })
  scene.run.windowBegan = new Date().toISOString()
  return scene.runbook.services[0]!.pidFile
}

const answers = async (): Promise<number | null> => (await scene.service.answering(never)).status

/** A loop in a shell that starts the application again whenever it ends, and writes its pid file. */
async function supervise(pidFile: string, delay: string): Promise<ChildProcess> {
  const loop = 'while :; do "$0" -e "$1" & echo $! >"$2"; wait $!; sleep "$3"; done'
  const supervisor = spawn('/bin/sh', ['-c', loop, process.execPath, serves, pidFile, delay], {
    detached: true,
    env: scene.environment,
    stdio: 'ignore',
  })
  onTestFinished(() => end(supervisor))
  await expect.poll(answers).toBe(200)
  return supervisor
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid!, 'SIGKILL')
  await once(child, 'exit')
}

/** Another process that answers at the application's address: this one. */
async function answerInstead(): Promise<Server> {
  const server = createServer((_, response) => response.end('{"release":"v1"}'))
  server.listen(Number(scene.environment['HRMS_PORT']), '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    if (!server.listening) return
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return server
}

const owes = async () => {
  await scene.world.debts.plan({ owes: 'service', what: 'service hrms-api', was: { instances: 1 } })
  await scene.world.debts.take('service hrms-api')
}

test('a service that its supervisor starts again is not stopped: people are told, and may go on', async () => {
  const pidFile = await begin((service) => (service.stop = { watch: '60s' }))
  const supervisor = await supervise(pidFile, '0.3')
  const first = Number(await readFile(pidFile, 'utf8'))
  const outcome = await scene.perform(stop)
  expect(outcome).toMatchObject({
    status: 'failed',
    problem: { code: 'service-still-answers', service: 'hrms-api', saw: '200' },
  })
  if (outcome.status !== 'failed' || outcome.problem.code !== 'service-still-answers') throw new Error()
  expect(outcome.problem.pids).not.toContain(first)
  const { choices } = questionAfterFailure(scene.run, scene.record, stop, outcome.problem)
  expect(choices).toEqual(['retry', 'back-out', 'go-on', 'leave'])

  await end(supervisor)
  await expect.poll(answers).toBeNull()
  expect(await scene.perform(stop)).toMatchObject({ status: 'done', facts: { instances: 1 } })
})

test('a service that Lockkeeper started has no supervisor, and is looked at once', async () => {
  await begin((service) => (service.stop = { watch: '1h' }))
  await scene.service.start(1, never)
  await expect.poll(answers).toBe(200)
  expect(await scene.perform(stop)).toMatchObject({ status: 'done', facts: { instances: 1 } })
})

test('one that somebody else started is watched for as long as the runbook says', async () => {
  const pidFile = await begin((service) => (service.stop = { watch: '300ms' }))
  await scene.service.start(1, never)
  await writeFile(`${pidFile}.began`, '')
  expect(await scene.perform(stop)).toMatchObject({ status: 'done' })
  expect(scene.progress).toContainEqual({ done: 0, of: 0, unit: 'seconds', at: 'hrms-api' })
})

test('a pid file that names a dead process beside a live service: nothing counts as stopped', async () => {
  const pidFile = await begin()
  await writeFile(pidFile, '999999999')
  await answerInstead()
  expect(await scene.perform(stop)).toMatchObject({
    status: 'failed',
    problem: { code: 'service-still-answers', saw: '200', seconds: expect.any(Number) },
  })
})

test('a service that answers again right before the migration stops the run there', async () => {
  await begin()
  await scene.service.start(1, never)
  await expect.poll(answers).toBe(200)
  scene.run.plan.approved.routes = hrmsRoutes()
  expect(await scene.perform(stop)).toMatchObject({ status: 'done' })
  await answerInstead()
  expect(await scene.perform(stepOf('before', {}))).toMatchObject({
    status: 'failed',
    problem: { code: 'service-still-answers' },
  })
})

test('whoever answers before the start is asked about: it would pass for the one that is started', async () => {
  await begin()
  await owes()
  const other = await answerInstead()
  expect(await scene.perform(start)).toMatchObject({
    status: 'asks',
    question: { code: 'changed-meanwhile', choices: ['retry', 'go-on', 'leave'] },
  })
  expect(await scene.service.state()).toMatchObject({ value: { instances: 0 } })
  other.closeAllConnections()
  other.close()
  await once(other, 'close')
  scene.answer(start, 'retry')
  expect(await scene.perform(start)).toMatchObject({ status: 'done', facts: { alone: true } })
})

test('who keeps the one that answers has it counted as given back', async () => {
  await begin()
  await owes()
  await answerInstead()
  await scene.perform(start)
  scene.answer(start, 'go-on')
  expect(await scene.perform(start)).toEqual({ status: 'unneeded', because: 'already-so' })
  expect(await scene.world.debts.open()).toEqual([])
})

test.skipIf(process.platform !== 'linux')(
  'an older process that holds the port is not taken for the one that was started',
  async () => {
    await begin((service) => (service.start = ['sleep', '600']))
    await owes()
    expect(await scene.perform(start)).toMatchObject({ status: 'done', facts: { alone: true } })
    await answerInstead()
    expect(await scene.perform(smoke)).toMatchObject({
      status: 'failed',
      problem: { code: 'service-other-answers', pids: [process.pid], own: expect.any(Number) },
    })
  },
)

test('nor where the one that was started has ended', async () => {
  await begin((service) => (service.start = ['sleep', '600']))
  await owes()
  await scene.perform(start)
  await answerInstead()
  await scene.service.stop(never, () => {})
  expect(await scene.perform(smoke)).toMatchObject({
    status: 'failed',
    problem: { code: 'service-other-answers', own: null },
  })
})

test('a release that the answer names is compared with the one that is to run', async () => {
  await begin((service) => {
    service.release = { before: { version: 'v1' }, after: { version: 'v2' } }
    service.health.release = { json: 'release' }
  })
  await owes()
  await scene.perform(start)
  expect(await scene.perform(smoke)).toMatchObject({
    status: 'failed',
    problem: { code: 'service-other-release', expects: 'v2', release: 'v1' },
  })
  expect(await scene.perform(stepOf('smoke', { as: 'before' }))).toMatchObject({ status: 'done' })
})
