import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { groupOf, processOf } from '../src/adapters/process-table.ts'
import { isAlive, takesSignals } from '../src/alive.ts'
import { zombie } from './zombie.ts'

test('a process that runs is alive, and dead when its parent has collected it', async () => {
  const child = spawn('sleep', ['971'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  expect(isAlive(child.pid!)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive(child.pid!)).toBe(false)
})

test('a zombie is dead, although it takes signals', async () => {
  const pid = await zombie()
  expect(takesSignals(pid)).toBe(true)
  expect(isAlive(pid)).toBe(false)
  expect(await processOf(pid)).toBeNull()
  expect((await groupOf(process.pid)).map((other) => other.pid)).not.toContain(pid)
})

test('a process of another user is alive', () => {
  expect(isAlive(1)).toBe(true)
})

test('a number that is no PID is no process', () => {
  for (const pid of [0, -1, -process.pid, 1.5, Number.NaN, 2 ** 40]) expect(isAlive(pid)).toBe(false)
})
