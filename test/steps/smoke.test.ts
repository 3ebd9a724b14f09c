import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServer, type Server } from 'node:http'
import { freePort } from './hrms.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'
import { hangs } from '../hangs.ts'

const smoke = stepOf('smoke', { as: 'after' })

/** What the application answers: status by path. Anything else is 200. */
const answers = new Map<string, number>()
let server: Server
let scene: Scene
let port: number

beforeEach(async () => {
  answers.clear()
  port = await freePort()
  server = createServer((request, response) => {
    response.writeHead(answers.get(request.url ?? '') ?? 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ token: 'secret' }))
  })
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  scene = await makeScene({
    change(written) {
      const url = `http://127.0.0.1:${port}`
      written.services[0].start = ['sleep', '60']
      written.services[0].health = { url: `${url}/health`, every: '20ms', within: '200ms' }
      written.functional = [
        { name: 'Login', method: 'POST', url: `${url}/login`, expect: { json: { token: { is: 'string' } } } },
        { name: 'Refresh', url: `${url}/refresh` },
        { name: 'Reset', only: 'after', url: `${url}/reset` },
        { name: 'Old page', only: 'before', url: `${url}/old` },
      ]
    },
  })
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  await scene.end()
})

const stopped = async () => {
  await scene.world.debts.plan({ owes: 'service', what: 'service hrms-api', was: { instances: 1 } })
  await scene.world.debts.take('service hrms-api')
  await scene.world.debts.settle('service hrms-api')
}

test('health of what was restarted, then the functional requests: all pass', async () => {
  await stopped()
  expect(await scene.perform(smoke)).toMatchObject({
    status: 'done',
    facts: {
      passed: [{ name: 'Health of hrms-api' }, { name: 'Login' }, { name: 'Refresh' }, { name: 'Reset' }],
    },
  })
})

test('what only the other release can answer is not asked', async () => {
  await stopped()
  answers.set('/reset', 404)
  expect(await scene.perform(stepOf('smoke', { as: 'before' }))).toMatchObject({
    status: 'done',
    facts: {
      passed: [{ name: 'Health of hrms-api' }, { name: 'Login' }, { name: 'Refresh' }, { name: 'Old page' }],
    },
  })
  expect(await scene.perform(smoke)).toMatchObject({
    problem: { code: 'functional-failed', failed: [{ name: 'Reset', saw: '404' }] },
  })
})

test('a service that is not healthy in time is named, and no request is sent: unhealthy', async () => {
  await stopped()
  await scene.service.start(1, new AbortController().signal)
  answers.set('/health', 503)
  answers.set('/login', 500)
  expect(await scene.perform(smoke)).toMatchObject({
    status: 'failed',
    problem: { code: 'unhealthy', service: 'hrms-api', saw: '503' },
  })
})

test('a service that has ended is not waited for, and retry starts it again: service-ended', async () => {
  await stopped()
  scene.run.plan.approved.runbook.services[0]!.health.within = hangs
  answers.set('/health', 503)
  expect(await scene.perform(smoke)).toMatchObject({
    status: 'failed',
    problem: { code: 'service-ended', service: 'hrms-api' },
  })
  expect(await scene.service.state()).toMatchObject({ value: { instances: 0 } })
  answers.delete('/health')
  scene.answer(smoke, 'retry')
  expect(await scene.perform(smoke)).toMatchObject({ status: 'done' })
  expect(await scene.service.state()).toMatchObject({ value: { instances: 1 } })
})

test('every functional request that fails is named, without what the answer held: functional-failed', async () => {
  await stopped()
  answers.set('/refresh', 401)
  const outcome = await scene.perform(smoke)
  expect(outcome).toEqual({
    status: 'failed',
    problem: {
      code: 'functional-failed',
      failed: [{ name: 'Refresh', expected: '200', saw: '401' }],
      passed: 3,
    },
  })
  expect(JSON.stringify(outcome)).not.toContain('secret')
})

test('a service that never ran is not looked at, and nothing is tried', async () => {
  answers.set('/health', 503)
  expect(await scene.perform(smoke)).toEqual({ status: 'unneeded', because: 'nothing-taken' })
})

test('told to stop while it waits for health, it ends at once: cancelled', async () => {
  await stopped()
  answers.set('/health', 503)
  const cancel = new AbortController()
  const smoked = scene.perform(smoke, { signal: cancel.signal })
  await expect.poll(() => scene.progress.length).toBeGreaterThan(0)
  cancel.abort()
  expect(await smoked).toMatchObject({ status: 'failed', problem: { code: 'cancelled' } })
})

test('a process that died in it is followed by one that tries everything again', async () => {
  await stopped()
  expect(await scene.resume(smoke)).toMatchObject({ status: 'done' })
})
