import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { groupOf, processOf } from '../../src/adapters/process-table.ts'

test('a process is known by when it began, and no other one with its PID', async () => {
  const ours = await processOf(process.pid)
  expect(ours?.began).toMatch(/\S/)
  expect(Math.abs((ours?.beganAt ?? 0) - (Date.now() - process.uptime() * 1000))).toBeLessThan(2000)
  expect((await processOf(process.ppid))?.began).not.toBe(ours?.began)
})

test('a process whose name holds spaces and parentheses is read like any other', async () => {
  const child = spawn('/bin/sh', ['-c', 'printf "a) Z 1 1 (b" >/proc/$$/comm; echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  expect(await processOf(child.pid ?? 0)).toMatchObject({
    pid: child.pid,
    group: (await processOf(process.pid))?.group,
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await processOf(child.pid ?? 0)).toBeNull()
})

test('a group is all of its processes', async () => {
  const child = spawn('/bin/sh', ['-c', 'sleep 982 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const pids = (await groupOf(child.pid ?? 0)).map((found) => found.pid)
  expect(new Set(pids)).toEqual(new Set([child.pid, Number(line.toString())]))
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await once(child, 'exit')
})

test('what is no PID is no process', async () => {
  for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 40]) expect(await processOf(pid)).toBeNull()
})
