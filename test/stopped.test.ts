import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAlive } from '../src/alive.ts'
import { isAnyAlive } from '../src/store/locks.ts'
import { main, makePlace, type Place } from './cli/place.ts'
import { commandsOfAll } from './commands-of-all.ts'
import { until } from './until.ts'

// The bot as people and service managers start it, and the signals that they end it with.

let place: Place
beforeAll(async () => {
  place = await makePlace()
  const bin = path.join(place.folder, 'node_modules/.bin')
  await mkdir(bin, { recursive: true })
  const start = { scripts: { start: `exec node ${main} start` } }
  await writeFile(path.join(place.folder, 'package.json'), JSON.stringify(start))
  await writeFile(path.join(bin, 'lockkeeper'), `#!/bin/sh\nexec node ${main} "$@"\n`, { mode: 0o755 })
})
afterAll(() => place.leave())

const ways = {
  node: ['node', main, 'start'],
  'npm start': ['npm', 'start'],
  npx: ['npx', '--no', '--', 'lockkeeper', 'start'],
}

async function descendantsOf(pid: number): Promise<number[]> {
  const all = await commandsOfAll()
  const below = (of: number): number[] =>
    all.filter(({ parent }) => parent === of).flatMap((child) => [child.pid, ...below(child.pid)])
  return below(pid)
}

test.each([
  ['node', 'SIGTERM', 'alone'],
  ['node', 'SIGINT', 'group'],
  ['npm start', 'SIGTERM', 'alone'],
  ['npm start', 'SIGTERM', 'group'],
  ['npm start', 'SIGINT', 'group'],
  ['npx', 'SIGTERM', 'alone'],
  ['npx', 'SIGTERM', 'group'],
  ['npx', 'SIGINT', 'group'],
] as const)('%s: %s (%s) ends the bot and leaves no process', async (way, signal, whom) => {
  const [program = '', ...words] = ways[way]
  const started = spawn(program, words, {
    cwd: place.folder,
    env: { ...place.environment, HOME: place.folder, npm_config_update_notifier: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  })
  const ended = once(started, 'exit')
  await until(async () => expect(await isAnyAlive(place.pool)).toBe(true), 50)
  const pid = started.pid ?? 0
  const below = await descendantsOf(pid)
  expect(below.length).toBeGreaterThan(0)
  process.kill(whom === 'group' ? -pid : pid, signal)
  await ended
  try {
    await until(() => expect(below.filter(isAlive)).toEqual([]), 50)
    await until(async () => expect(await isAnyAlive(place.pool)).toBe(false), 50)
  } finally {
    for (const left of below) if (isAlive(left)) process.kill(left, 'SIGKILL')
  }
})
