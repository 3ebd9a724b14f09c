import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, test } from 'vitest'
import { processOf } from '../../../src/adapters/process-table.ts'
import type { Progress } from '../../../src/domain/step.ts'
import { outputsIn } from '../outputs.ts'
import { gone, makeTestService, never, running } from './test-service.ts'

const started = { status: 'done', facts: { instances: 1, seconds: expect.any(Number) } }

test('a service is started, seen, stopped and gone', async () => {
  const { method, pid, text } = await makeTestService()
  expect(await method.state()).toEqual(gone)
  expect(await method.start(1, never)).toEqual(started)
  expect(await method.state()).toEqual(running)
  const was = await pid()
  const told: Progress[] = []
  expect(await method.stop(never, (p) => told.push(p))).toMatchObject({
    status: 'done',
    facts: { instances: 1 },
  })
  expect(told[0]).toMatchObject({ unit: 'seconds', of: 5 })
  expect(await processOf(was)).toBeNull()
  expect(await text('api.pid')).toBe('')
  expect(await method.state()).toEqual(gone)
  expect(await text('api.log')).toMatch(/^began\n(.*\n)?ended\n$/)
})

test('starting what runs and stopping what is gone change nothing', async () => {
  const { method, pid } = await makeTestService()
  expect(await method.stop(never, () => {})).toMatchObject({ status: 'done', facts: { instances: 0 } })
  expect(await method.start(0, never)).toMatchObject({ status: 'done', facts: { instances: 0 } })
  expect(await method.state()).toEqual(gone)
  await method.start(1, never)
  const was = await pid()
  expect(await method.start(1, never)).toEqual({ status: 'done', facts: { instances: 1, seconds: 0 } })
  expect(await pid()).toBe(was)
})

test('a program whose PID is written late, as on a busy machine, has not ended', async () => {
  const late = 'rm api.pid; sleep 0.6; echo $$ >api.pid; trap "exit 0" TERM; while :; do sleep 0.02; done'
  const { method } = await makeTestService({ start: ['/bin/sh', '-c', late] })
  expect(await method.start(1, never)).toEqual(started)
  expect(await method.state()).toEqual(running)
  expect(await method.stop(never, () => {})).toMatchObject({ facts: { instances: 1 } })
})

test('two starts at the same time begin one process', async () => {
  const { method, text } = await makeTestService()
  const outcomes = await Promise.all([1, 2, 3].map(() => method.start(1, never)))
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['done', 'done', 'done'])
  expect(await text('api.log')).toBe('began\n')
})

test('a service runs on when the one who started it is killed with -9, and the next one stops it', async () => {
  const { folder, service, method, pid } = await makeTestService()
  const bot = spawn(
    process.execPath,
    [path.join(import.meta.dirname, '../../fixtures/starts-service.ts'), JSON.stringify(service), folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [said] = (await once(bot.stdout, 'data')) as [Buffer]
  expect(JSON.parse(said.toString())).toEqual(started)
  bot.kill('SIGKILL')
  await once(bot, 'exit')
  expect(await method.state()).toEqual(running)
  const was = await pid()
  expect(await method.stop(never, () => {})).toMatchObject({ status: 'done' })
  expect(await processOf(was)).toBeNull()
})

test('a service that does not end is not killed', async () => {
  const { method, pid } = await makeTestService({
    start: ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 0.02; done'],
    stop: { signal: 'SIGTERM', within: 100, watch: 0 },
  })
  await method.start(1, never)
  expect(await method.stop(never, () => {})).toEqual({
    status: 'failed',
    problem: {
      code: 'service-will-not-stop',
      service: 'api',
      pid: await pid(),
      signal: 'SIGTERM',
      seconds: expect.any(Number),
    },
  })
  expect(await method.state()).toEqual(running)
})

test('the signal of the runbook is the one that is sent', async () => {
  const { method, text } = await makeTestService({
    start: ['/bin/sh', '-c', 'trap "echo INT; exit" INT; trap "" TERM; while :; do sleep 0.02; done'],
    stop: { signal: 'SIGINT', within: 5000, watch: 0 },
  })
  await method.start(1, never)
  expect(await method.stop(never, () => {})).toMatchObject({ status: 'done' })
  expect(await text('api.log')).toBe('INT\n')
})

test('workers of a service are stopped with it and waited for', async () => {
  const worker = 'trap "sleep 0.2; echo worker ended; exit" TERM; while :; do sleep 0.02; done'
  const { method, text } = await makeTestService({
    start: ['/bin/sh', '-c', `(${worker}) & echo began; wait`],
  })
  await method.start(1, never)
  expect(await method.stop(never, () => {})).toMatchObject({ status: 'done' })
  expect(await text('api.log')).toMatch(/^began\n(.*\n)*worker ended\n$/)
})

test('waiting for the end stops when it is cancelled; the service may still be ending', async () => {
  const { method } = await makeTestService({
    start: ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 0.02; done'],
  })
  await method.start(1, never)
  const cancel = new AbortController()
  expect(await method.stop(cancel.signal, () => cancel.abort())).toMatchObject({
    status: 'failed',
    problem: { code: 'cancelled' },
  })
  expect(await method.start(1, cancel.signal)).toMatchObject({ status: 'done' })
})

test('a service that ends at once has not started', async () => {
  const { method, text } = await makeTestService({ start: ['/bin/sh', '-c', 'echo "no database"; exit 3'] })
  expect(await method.start(1, never)).toEqual({
    status: 'failed',
    problem: {
      code: 'service-failed',
      service: 'api',
      doing: 'start',
      reason: 'it ended at once',
      exitCode: 3,
    },
  })
  expect(await text('api.log')).toBe('no database\n')
  expect(await method.state()).toEqual(gone)
  const { method: missing } = await makeTestService({ start: ['/no/such/program'] })
  expect(await missing.start(1, never)).toMatchObject({ status: 'failed', problem: { exitCode: 127 } })
  const { method: nowhere } = await makeTestService({ directory: 'no/such/directory' })
  expect(await nowhere.start(1, never)).toMatchObject({ status: 'failed', problem: { exitCode: 126 } })
})

test('a service and its release command see what programs go by and what the runbook names, and nothing else', async () => {
  const goBy = {
    LC_TIME: 'C',
    TZ: 'UTC',
    NUGET_PACKAGES: '/n',
    DOCKER_HOST: 'unix:///d',
    https_proxy: 'http://p',
  }
  const environment = {
    ...goBy,
    PATH: process.env['PATH'],
    SLACK_WEBHOOK: 'its own',
    SLACK_BOT_TOKEN: 'secret',
    DATABASE_URL: 'secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
    PAGER_KEY: 'secret',
  }
  const deploy: [string, ...string[]] = ['/usr/bin/env']
  const release = { before: { version: '1.0' }, after: { version: '1.1', deploy } }
  const given = { environment: ['SLACK_WEBHOOK'], release }
  const { folder, method, text } = await makeTestService(
    { ...given, start: ['/bin/sh', '-c', 'env; exec sleep 977'] },
    environment,
  )
  await method.start(1, never)
  const released = await method.release('after', never, outputsIn(folder))
  const wrote = released.status === 'done' ? released.facts.output : ''
  for (const seen of [await text('api.log'), wrote]) {
    for (const [name, value] of Object.entries({ ...goBy, SLACK_WEBHOOK: 'its own' }))
      expect(seen).toContain(`${name}=${value}`)
    expect(seen).not.toContain('secret')
  }
})
