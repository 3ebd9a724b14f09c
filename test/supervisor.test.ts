import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from '../src/alive.ts'
import { until } from './until.ts'

// The supervisor in a process of its own, with bots that do nothing but live and die as they are told.

interface Supervised {
  supervisor: ChildProcess
  ended: Promise<{ code: number | null; signal: string | null }>
  said: () => string
  /** PIDs of the bots that were started, oldest first; at least this many. */
  bots: (least: number) => Promise<number[]>
}

/** `script`: what each bot does, as its exit code (`0`, `70`, …), `stay`, or `stubborn`; the last one goes on. */
async function supervise(...script: string[]): Promise<Supervised> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-supervisor-'))
  const log = path.join(folder, 'bots')
  const supervisor = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'fixtures/supervises.ts'), log, ...script],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const parts: string[] = []
  supervisor.stderr.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  const ended = once(supervisor, 'exit').then(([code, signal]) => ({ code, signal }))
  const started = async () =>
    (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number)
  onTestFinished(async () => {
    supervisor.kill('SIGKILL')
    for (const pid of await started()) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    await rm(folder, { recursive: true })
  })
  return {
    supervisor,
    ended,
    said: () => parts.join(''),
    bots: (least) =>
      until(async () => {
        const pids = await started()
        expect(pids.length).toBeGreaterThanOrEqual(least)
        return pids
      }),
  }
}

const gone = (pid: number) => until(() => expect(isAlive(pid)).toBe(false))

test('a bot that is killed with -9 comes back, and says so', async () => {
  const { supervisor, ended, bots, said } = await supervise('stay')
  const [first = 0] = await bots(1)
  process.kill(first, 'SIGKILL')
  const [, second = 0] = await bots(2)
  expect(isAlive(first)).toBe(false)
  expect(isAlive(second)).toBe(true)
  expect(said()).toContain('left (killed) and starts again')
  supervisor.kill('SIGTERM')
  expect(await ended).toEqual({ code: 0, signal: null })
})

test('a bot that lost its locks (70) is started again; one whose configuration is wrong (78) is not', async () => {
  const { ended, bots, said } = await supervise('70', '70', '78')
  expect(await ended).toEqual({ code: 78, signal: null })
  expect(await bots(3)).toHaveLength(3)
  expect(said().match(/left \(70\) and starts again in \d+ ms/g)).toEqual([
    'left (70) and starts again in 200 ms',
    'left (70) and starts again in 400 ms',
  ])
})

test('a bot that ends well is not started again', async () => {
  const { ended, bots } = await supervise('0')
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(await bots(1)).toHaveLength(1)
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends both, and leaves no process', async (signal) => {
  const { supervisor, ended, bots } = await supervise('stay')
  const [bot = 0] = await bots(1)
  supervisor.kill(signal)
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(isAlive(bot)).toBe(false)
})

test('told to stop while it waits to start a bot again, it does not wait', async () => {
  process.env['RESTART_AFTER'] = '3600000'
  const { supervisor, ended, bots, said } = await supervise('70')
  delete process.env['RESTART_AFTER']
  await until(() => expect(said()).toContain('again in 3600000 ms'))
  supervisor.kill('SIGTERM')
  expect(await ended).toEqual({ code: 0, signal: null })
  for (const pid of await bots(1)) expect(isAlive(pid)).toBe(false)
})

test('a bot that does not leave when it is told to is killed at the second signal', async () => {
  const { supervisor, ended, bots, said } = await supervise('stubborn')
  const [bot = 0] = await bots(1)
  supervisor.kill('SIGTERM')
  await until(() => expect(said()).toContain('I stay'))
  expect(isAlive(bot)).toBe(true)
  supervisor.kill('SIGTERM')
  expect(await ended).toEqual({ code: 137, signal: null })
  expect(isAlive(bot)).toBe(false)
})

test('a bot whose supervisor is killed leaves by itself', async () => {
  const { supervisor, bots } = await supervise('stay')
  const [bot = 0] = await bots(1)
  supervisor.kill('SIGKILL')
  await gone(bot)
})
