import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../../until.ts'
import { processOf } from '../../../src/adapters/process-table.ts'
import { gone, makeTestService, never, running } from './test-service.ts'

const started = { status: 'done', facts: { instances: 1, seconds: expect.any(Number) } }

test('workers that are left behind by their service are neither running nor gone', async () => {
  const { method, pid } = await makeTestService({ start: ['/bin/sh', '-c', 'sleep 981 & wait'] })
  await method.start(1, never)
  const leader = await pid()
  process.kill(leader, 'SIGKILL')
  await until(async () => expect(await processOf(leader)).toBeNull())
  expect(await method.state()).toMatchObject({
    ok: false,
    problem: { code: 'service-state-unknown', service: 'api', why: expect.stringContaining(`PID ${leader}`) },
  })
  process.kill(-leader, 'SIGKILL')
})

test('a pid file of a process that is gone is no service, and does not keep it from starting', async () => {
  const { folder, method, pid } = await makeTestService()
  const child = spawn('true')
  await once(child, 'exit')
  await writeFile(path.join(folder, 'api.pid'), `${child.pid}\n`)
  expect(await method.state()).toEqual(gone)
  expect(await method.start(1, never)).toEqual(started)
  expect(await pid()).not.toBe(child.pid)
})

test('another process that has the PID by now is neither the service nor stopped', async () => {
  const { folder, method, pid } = await makeTestService()
  await method.start(1, never)
  const was = await pid()
  await method.stop(never, () => {})
  const other = spawn('sleep', ['980'])
  await writeFile(path.join(folder, 'api.pid'), `${other.pid}\n`)
  await writeFile(
    path.join(folder, 'api.pid.began'),
    JSON.stringify({ pid: other.pid, began: 'of the former one' }),
  )
  expect(await method.state()).toEqual(gone)
  expect(await method.stop(never, () => {})).toMatchObject({ status: 'done', facts: { instances: 0 } })
  expect(await processOf(other.pid ?? 0)).not.toBeNull()
  expect(was).toBeGreaterThan(0)
  other.kill('SIGKILL')
})

test('a pid file that somebody else wrote names its process, unless that began later', async () => {
  const { folder, method } = await makeTestService()
  const other = spawn('sleep', ['979'], { detached: true })
  await once(other, 'spawn')
  const file = path.join(folder, 'api.pid')
  await writeFile(file, `${other.pid}\nsecond line\n`)
  expect(await method.state()).toEqual(running)
  const yesterday = new Date(Date.now() - 86_400_000)
  await utimes(file, yesterday, yesterday)
  expect(await method.state()).toMatchObject({
    ok: false,
    problem: { code: 'service-state-unknown', why: expect.stringContaining('began after') },
  })
  expect(await method.stop(never, () => {})).toMatchObject({
    status: 'failed',
    problem: { code: 'service-state-unknown' },
  })
  other.kill('SIGKILL')
})

test('a pid file that cannot be right is unknown, never gone', async () => {
  const { folder, method } = await makeTestService()
  for (const content of ['', 'abc', '-1', '0', String(process.pid), String(process.ppid)]) {
    await writeFile(path.join(folder, 'api.pid'), content)
    expect(await method.state(), content).toMatchObject({
      ok: false,
      problem: { code: 'service-state-unknown' },
    })
    expect(await method.start(1, never), content).toMatchObject({
      status: 'failed',
      problem: { code: 'service-state-unknown' },
    })
    expect(await method.stop(never, () => {}), content).toMatchObject({
      status: 'failed',
      problem: { code: 'service-state-unknown' },
    })
  }
  const { method: elsewhere } = await makeTestService({ pidFile: '/dev/null/api.pid' })
  expect(await elsewhere.state()).toMatchObject({
    ok: false,
    problem: { why: expect.stringContaining('ENOTDIR') },
  })
})

test('a program that goes on as a daemon and writes its own PID is followed', async () => {
  const { method, pid } = await makeTestService({
    start: [
      '/bin/sh',
      '-c',
      'setsid sh -c "echo \\$\\$ >api.pid; exec sleep 978" & while [ "$(cat api.pid)" = $$ ]; do sleep 0.01; done',
    ],
  })
  expect(await method.start(1, never)).toEqual(started)
  expect(await method.state()).toEqual(running)
  const was = await pid()
  expect(await method.stop(never, () => {})).toMatchObject({ status: 'done' })
  expect(await processOf(was)).toBeNull()
})
