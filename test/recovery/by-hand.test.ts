import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Place } from '../cli/place.ts'
import { openDebts } from '../../src/store/debts.ts'
import { runById } from '../../src/store/runs.ts'
import { asks, bootBot, cardOf, choose, diesAt, ends, leaveAll, worldOf } from './by-hand.ts'
import { openPlace, startRun } from './started.ts'
import { typeCard } from './type-card.ts'

// The bot is killed with -9 at a step, somebody types the break-glass card in a real shell, and the bot comes back.

let place: Place
beforeEach(async () => {
  place = await openPlace()
  await place.startService()
})
afterEach(async () => {
  await leaveAll()
  await place.leave()
})

/** Rows of the new release that the old tables have no place for: archived ones, and those that are left. */
async function rowsWithoutAdmin(run: string): Promise<{ archived: number; left: number }> {
  const client = await place.target.client()
  const count = async (table: string): Promise<number> =>
    Number((await client.query(`select count(*) from ${table} where "AdminUserId" is null`)).rows[0]?.count)
  const left = await count('master."RefreshTokens"')
  const archived = await count(`lockkeeper_kept."${run}_master.RefreshTokens"`)
  await client.end()
  return { archived, left }
}

const pidFile = () => readFile(path.join(place.folder, 'hrms-api.pid'), 'utf8')

const openEntries = async (run: string) =>
  openDebts(place.pool, (await runById(place.pool, run))?.target ?? '')

/** Where the bot's process dies, and what the bot asks when it is back: whether all of it was undone. */
const steps = [
  'stop',
  'close',
  'drain',
  'before',
  'deadline',
  'migrate',
  'verify',
  'open',
  'release',
] as const

test.each(steps)(
  'the card undoes a run that stopped at %s, and the bot asks before it touches anything',
  async (step) => {
    const before = await worldOf(place)
    const run = await startRun(place)
    await diesAt(place, run, 'after', step)
    const typed = await typeCard(place, run, step === 'drain' || step === 'verify' ? '/bin/bash' : '/bin/sh')
    expect(typed.filter(({ code }) => code !== 0)).toEqual([])
    const undone = await worldOf(place)
    expect(undone).toEqual({ ...before, acl: undone.acl })
    expect(typed.find(({ what }) => what.startsWith('Check: can connect'))?.said).toBeDefined()
    const pid = await pidFile()
    bootBot(place, 'never')
    const gate = await asks(place, run)
    expect(gate.question).toMatchObject({ code: 'unexpected-state', notUndone: [] })
    expect(await worldOf(place)).toEqual(undone)
    expect(await pidFile()).toBe(pid)
    await choose(place, gate, 'undone-by-hand')
    expect(await ends(place, run)).toMatchObject({ ending: 'undone-by-hand' })
    expect(await worldOf(place)).toEqual(undone)
    expect(await openEntries(run)).toEqual([])
  },
  600_000,
)

test.each(['start', 'smoke', 'admit'])(
  'at %s the new release runs: the card stops it first, and starts the old one alone',
  async (step) => {
    const before = await worldOf(place)
    const run = await startRun(place)
    await diesAt(place, run, 'after', step)
    const [stop] = (await cardOf(place, run)).filter(({ command }) => command.startsWith('service_stop'))
    expect(stop).toBeDefined()
    // Typed too early, the way down says why it does nothing.
    const early = (await cardOf(place, run)).filter(
      ({ what, command }) => what.startsWith('Once') || command.includes('down.sql'),
    )
    const refused = await promisify(execFile)(
      '/bin/sh',
      ['-c', early.map(({ command }) => command).join('\n')],
      {
        env: place.environment,
      },
    ).catch((error: { code: number; stderr: string }) => error)
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('hrms-api is NOT stopped') })
    const typed = await typeCard(place, run)
    expect(typed.filter(({ code }) => code !== 0)).toEqual([])
    const undone = await worldOf(place)
    expect(undone).toEqual({ ...before, acl: undone.acl })
    const { archived, left } = await rowsWithoutAdmin(run)
    expect(left).toBe(0)
    expect(archived).toBeGreaterThan(0)
    bootBot(place, 'never')
    const gate = await asks(place, run)
    expect(gate.question).toMatchObject({ code: 'unexpected-state', notUndone: [] })
    await choose(place, gate, 'undone-by-hand')
    expect(await ends(place, run)).toMatchObject({ ending: 'undone-by-hand' })
    expect(await worldOf(place)).toEqual(undone)
    expect(await openEntries(run)).toEqual([])
  },
  600_000,
)

test('typed while everything runs, the card starts nothing a second time and changes nothing', async () => {
  const before = await worldOf(place)
  const pid = await pidFile()
  const run = await startRun(place)
  await diesAt(place, run, 'before', 'stop')
  const typed = await typeCard(place, run)
  expect(typed.filter(({ code }) => code !== 0)).toEqual([])
  expect(typed.find(({ what }) => what.startsWith('Start '))?.said).toContain('NOT started a second time')
  const after = await worldOf(place)
  expect(after).toEqual({ ...before, acl: after.acl })
  expect(await pidFile()).toBe(pid)
  bootBot(place, 'never')
  expect(await ends(place, run)).toMatchObject({ ending: 'done' })
}, 600_000)

test('undone by half, the bot says what is still open, offers no such ending, and can go on', async () => {
  const run = await startRun(place)
  await diesAt(place, run, 'after', 'drain')
  const access = (await cardOf(place, run)).filter(
    ({ what }) => what.startsWith('Once') || what.startsWith('Let everybody into'),
  )
  await promisify(execFile)('/bin/sh', ['-c', access.map(({ command }) => command).join('\n')], {
    env: place.environment,
  })
  bootBot(place, 'never')
  const gate = await asks(place, run)
  expect(gate.question).toMatchObject({
    code: 'unexpected-state',
    differences: [{ about: 'access', found: 'as before the run' }],
    notUndone: [{ about: 'service', what: 'service hrms-api', found: 'stopped' }],
    choices: ['back-out', 'retry', 'go-on', 'leave'],
  })
  await choose(place, gate, 'go-on')
  expect(await ends(place, run)).toMatchObject({ ending: 'done' })
  expect(await worldOf(place)).toMatchObject({
    health: { status: 'Healthy', release: 'after' },
    applications: 1,
  })
}, 600_000)
