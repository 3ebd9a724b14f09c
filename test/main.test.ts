import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { until } from './until.ts'
import about from '#package' with { type: 'json' }
import { isAnyAlive } from '../src/store/locks.ts'
import { main, makePlace, type Place } from './cli/place.ts'

let place: Place
beforeAll(async () => {
  place = await makePlace()
})
afterAll(() => place.leave())

/** PIDs of workers, as the store sees their connections' other ends. */
const botOf = async (): Promise<number> => {
  const { rows } = await place.pool.query<{ n: number }>(
    `select count(distinct pid)::int as n from pg_stat_activity where datname = current_database() and application_name = 'lockkeeper-bot'`,
  )
  return rows[0]?.n ?? 0
}

test('--version needs nothing but the program', async () => {
  const child = spawn(process.execPath, [main, '--version'], { cwd: '/', env: {} })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  expect(said.toString()).toBe(`${about.version}\n`)
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('start refuses a faulty configuration with 78, all faults at once, and does not try again', async () => {
  const { code, err } = await place.type('nobody' as never, ['start'])
  expect(code).toBe(78)
  expect(err).toMatch(/nobody\.yml: +cannot be read \(ENOENT\)/)
  expect(err).not.toContain('starts again')
})

test('a bot drives runs until SIGTERM, then leaves nothing: no process, no connection', async () => {
  const bot = await place.startBot()
  expect(await botOf()).toBeGreaterThan(0)
  const gone = once(bot, 'exit')
  bot.kill('SIGTERM')
  expect(await gone).toEqual([0, null])
  await until(async () => {
    expect(await isAnyAlive(place.pool)).toBe(false)
    expect(await botOf()).toBe(0)
  })
})

test('a bot whose locks’ connection breaks leaves at once, and the next one drives', async () => {
  const bot = await place.startBot()
  const holder = async (): Promise<number | undefined> => {
    const { rows } = await place.pool.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and classid = 2
         and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows[0]?.pid
  }
  const first = await holder()
  await place.pool.query('select pg_terminate_backend($1)', [first])
  await vi.waitFor(
    async () => {
      const next = await holder()
      expect(next).toBeTypeOf('number')
      expect(next).not.toBe(first)
    },
    { timeout: 20_000, interval: 50 },
  )
  expect(bot.exitCode).toBeNull()
})

test('a runbook whose target is the bot’s own database is refused at start (target-is-ours)', async () => {
  const { environment } = place
  const before = environment['HRMS_MASTER_URL'] ?? ''
  environment['HRMS_MASTER_URL'] = environment['DATABASE_URL'] ?? ''
  const { code, err } = await place.type('asha', ['start'])
  environment['HRMS_MASTER_URL'] = before
  expect(code).toBe(78)
  expect(err).toContain('Lockkeeper’s own database')
  expect(err).toContain('HRMS_MASTER_URL')
})
