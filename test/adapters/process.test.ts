import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { pipe, run, startDetached } from '../../src/adapters/process.ts'
import { processOf } from '../../src/adapters/process-table.ts'

const environment = { PATH: process.env['PATH'] }
const sh = (script: string, options: Partial<Parameters<typeof run>[2]> = {}) =>
  run('/bin/sh', ['-c', script], { environment, ...options })

test('an exit code, a signal and the last lines of both streams are values', async () => {
  expect(await sh('echo out; echo error >&2; exit 7')).toMatchObject({
    exitCode: 7,
    signal: null,
    aborted: false,
  })
  expect((await sh('echo out; exit 7')).lastLines).toEqual(['out'])
  expect((await sh('echo error >&2')).lastLines).toEqual(['error'])
  expect(await sh('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
  expect(await sh('kill -KILL $$')).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
})

test('a program that is not there, or a directory, is a value too', async () => {
  expect(await run('no-such-program', [], { environment })).toMatchObject({ exitCode: 127, signal: null })
  expect(await sh('true', { directory: '/no/such/directory' })).toMatchObject({ exitCode: 126, signal: null })
})

test('arguments arrive as they are, no shell reads them', async () => {
  const args = ['a b', '$HOME', '"', "it's", '*', '; exit 3', '']
  const { lastLines } = await run('printf', ['%s|', ...args], { environment })
  expect(lastLines).toEqual([args.map((arg) => `${arg}|`).join('')])
})

test('a child sees the environment that it is given and nothing of ours', async () => {
  const { lastLines } = await run('/usr/bin/env', [], {
    environment: { PGPASSWORD: 'secret', UNSET: undefined },
  })
  expect(lastLines.filter((line) => !/^(PWD|_|SHLVL|OLDPWD)=/.test(line))).toEqual(['PGPASSWORD=secret'])
})

test('the directory is where it runs', async () => {
  expect((await sh('pwd', { directory: '/usr' })).lastLines).toEqual(['/usr'])
})

test('every line is told as it comes, only the last ones are kept', async () => {
  const lines: string[] = []
  const { lastLines } = await sh('for i in 1 2 3 4 5; do echo "line $i"; done; printf "no end"', {
    keepLines: 2,
    onLine: (line) => lines.push(line),
  })
  expect(lines).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'no end'])
  expect(lastLines).toEqual(['line 5', 'no end'])
})

test('a line without an end does not fill the memory', async () => {
  const { lastLines } = await sh('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo after')
  expect(lastLines.map((line) => line.length)).toEqual([8192, 5])
})

test('letters that are cut in two by a read arrive whole', async () => {
  const { lastLines } = await sh('printf "\\303"; sleep 0.05; printf "\\266\\n"')
  expect(lastLines).toEqual(['ö'])
})

test('bytes go in and out unchanged', async () => {
  const child = pipe('cat', [], { environment })
  const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7) % 256))
  child.stdin.end(bytes)
  expect((await buffer(child.stdout)).equals(bytes)).toBe(true)
  expect(await child.ended).toMatchObject({ exitCode: 0 })
})

test('who reads slowly gets every byte of a program that is gone', async () => {
  const pids: number[] = []
  const child = pipe('/bin/sh', ['-c', 'echo $$ >&2; head -c 150000 /dev/zero'], {
    environment,
    onLine: (line) => pids.push(Number(line)),
  })
  let length = 0
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > 100_000) await until(async () => expect([pids.length, await alive(pids)]).toEqual([1, []]))
  }
  expect(length).toBe(150_000)
  expect(await child.ended).toMatchObject({ exitCode: 0 })
})

test('what a program leaves running behind ends with it', async () => {
  const { exitCode, lastLines } = await sh('sleep 986 & echo $!')
  expect(exitCode).toBe(0)
  await noneLeft([Number(lastLines[0])])
})

test('a daemon that took the output along with it does not keep us waiting', async () => {
  const { exitCode, lastLines } = await sh(
    'f=$(mktemp -u); mkfifo $f; setsid sh -c "echo \\$\\$ >$f; exec sleep 985" & cat $f; rm $f',
  )
  expect(exitCode).toBe(0)
  expect(await alive(lastLines.map(Number))).toHaveLength(1)
  process.kill(Number(lastLines[0]))
})

test('an abort asks the whole group to end, and waits until it has', async () => {
  const stop = new AbortController()
  const pids: number[] = []
  const running = sh(
    '(trap "echo tidied; exit 0" TERM; sh -c "echo \\$PPID"; while :; do sleep 0.05; done) & echo $!; wait',
    {
      signal: stop.signal,
      onLine: (line) => /^\d+$/.test(line) && pids.push(Number(line)),
    },
  )
  await until(() => expect(pids).toHaveLength(2))
  stop.abort()
  const ended = await running
  expect(ended).toMatchObject({ aborted: true, signal: 'SIGTERM' })
  expect(ended.lastLines).toContain('tidied')
  await noneLeft(pids)
})

test('what does not end when it is asked is killed after the grace, grandchildren too', async () => {
  const stop = new AbortController()
  const pids: number[] = []
  const running = sh('trap "" TERM; sleep 984 & echo $!; while :; do sleep 0.05; done', {
    signal: stop.signal,
    grace: 100,
    onLine: (line) => pids.push(Number(line)),
  })
  await until(() => expect(pids).toHaveLength(1))
  stop.abort()
  expect(await running).toMatchObject({ aborted: true, signal: 'SIGKILL', exitCode: null })
  await noneLeft(pids)
})

test('an abort at any moment of the start is heard', async () => {
  for (let turns = 0; turns < 20; turns++) {
    const stop = new AbortController()
    const running = sh('sleep 975', { signal: stop.signal, grace: 60_000 })
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    stop.abort()
    expect(await running).toMatchObject({ aborted: true })
  }
})

test('what was aborted before it began does not begin', async () => {
  const began: string[] = []
  expect(
    await sh('echo began', { signal: AbortSignal.abort(), onLine: (line) => began.push(line) }),
  ).toMatchObject({ aborted: true })
  expect(began).toEqual([])
})

test('children and grandchildren die with us when we are killed with -9', async () => {
  const parent = spawn(process.execPath, [path.join(import.meta.dirname, '../fixtures/leash-parent.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pids = line.toString().trim().split(' ').map(Number)
  expect(pids).toHaveLength(2)
  expect(await alive(pids)).toEqual(pids)
  parent.kill('SIGKILL')
  await noneLeft(pids)
})

test('a detached program has its own session and outlives the leash of others', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-detached-'))
  const { pid, ended } = startDetached('/bin/sh', ['-c', 'echo $$ >pid; exec sleep 983'], {
    environment,
    directory: folder,
  })
  await until(async () => expect(Number(await readFile(path.join(folder, 'pid'), 'utf8'))).toBe(pid))
  expect(sessionOf(await readFile(`/proc/${pid}/stat`, 'utf8'))).toBe(pid)
  process.kill(pid ?? 0)
  expect(await ended).toEqual({ exitCode: null, signal: 'SIGTERM' })
  await rm(folder, { recursive: true })
})

test('a detached program without its directory does not begin', async () => {
  const { pid, ended } = startDetached('/bin/true', [], { environment, directory: '/no/such/directory' })
  expect(pid).toBeUndefined()
  expect(await ended).toEqual({ exitCode: 126, signal: null })
})

const sessionOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])

const alive = async (pids: number[]): Promise<number[]> =>
  (await Promise.all(pids.map(processOf))).flatMap((found) => (found ? [found.pid] : []))

/** What is killed runs nothing any more, but takes the kernel a moment to put away. */
const noneLeft = (pids: number[]) => until(async () => expect(await alive(pids)).toEqual([]))
