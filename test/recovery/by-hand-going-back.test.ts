import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Choice } from '../../src/domain/choice.ts'
import type { Place } from '../cli/place.ts'
import { waitingClient } from '../steps/clients.ts'
import { asks, bootBot, choose, endsOrAsks, isKilled, leaveAll, worldOf } from './by-hand.ts'
import { openPlace, startRun } from './started.ts'
import { typeCard } from './type-card.ts'

// A run goes back, the bot is killed with -9 on the way, somebody types the break-glass card, and the bot comes back.

let place: Place
beforeEach(async () => {
  place = await openPlace()
  await place.startService()
})
afterEach(async () => {
  await leaveAll()
  await place.leave()
})

/** A run that was told to go back at its first question, and whose bot killed itself after that step of the way. */
async function diesGoingBack(choice: Choice, after: string): Promise<string> {
  const run = await startRun(place)
  const bot = bootBot(place, 'after', after)
  await choose(place, await asks(place, run), choice)
  await isKilled(bot)
  return run
}

/** Types the card, lets the bot come back, and says that it was undone by hand where the bot asks. */
async function undoneByHand(run: string, before: Awaited<ReturnType<typeof worldOf>>): Promise<string> {
  expect((await typeCard(place, run)).filter(({ code }) => code !== 0)).toEqual([])
  const undone = await worldOf(place)
  expect(undone).toEqual({ ...before, acl: undone.acl })
  bootBot(place, 'never')
  const came = await endsOrAsks(place, run)
  if ('question' in came) {
    expect(came.question).toMatchObject({ code: 'unexpected-state', notUndone: [] })
    await choose(place, came, 'undone-by-hand')
  }
  const ended = 'question' in came ? await endsOrAsks(place, run) : came
  expect(await worldOf(place)).toEqual(undone)
  return 'ending' in ended ? String(ended.ending) : 'asks again'
}

test.each(['back-out.open', 'back-out.start'])(
  'the card undoes a run that was given up and stopped at %s, and nothing is done twice',
  async (step) => {
    const before = await worldOf(place)
    const reporting = await waitingClient(place.target, 'hrms_reporting', 'begin')
    const run = await diesGoingBack('back-out', step)
    await reporting.end()
    expect(await undoneByHand(run, before)).toMatch(/^(backed-out|undone-by-hand)$/)
  },
)

test.each(['roll-back.migrate', 'roll-back.start'])(
  'the card undoes a run that is rolled back and stopped at %s, and nothing is done twice',
  async (step) => {
    const before = await worldOf(place)
    const client = await place.target.client()
    await client.query('revoke insert on master."AdminUsers" from hrms_app')
    await client.end()
    const run = await diesGoingBack('roll-back', step)
    expect(await undoneByHand(run, before)).toMatch(/^(rolled-back|undone-by-hand)$/)
  },
)
