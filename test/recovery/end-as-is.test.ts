import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makePlace, type Place } from '../cli/place.ts'
import { answer } from '../../src/runs/requests.ts'
import { attemptsOf } from '../../src/store/attempts.ts'
import { openDebts } from '../../src/store/debts.ts'
import { eventsOfRun } from '../../src/store/events.ts'
import { runById } from '../../src/store/runs.ts'
import { endingView } from '../../src/views/run/ending.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { valueOf } from '../steps/plan.ts'
import { asks, bootBot, choose, ends, leaveAll, worldOf } from './by-hand.ts'
import { asha, startRun } from './started.ts'

// A way back that fails for good: neither release of the application starts. The real application, and a bot of its own.

let place: Place
const broken = () => path.join(place.folder, 'broken')
beforeEach(async () => {
  place = await makePlace((written, folder) => {
    const [service] = written.services
    const script = `[ ! -e "$1/broken" ] && exec "$0" demo/hrms/api.ts "$1"`
    service.start = ['/bin/sh', '-c', script, process.execPath, folder]
  })
  await place.startService()
})
afterEach(async () => {
  await leaveAll()
  await place.leave()
})

/** A run that went back, and fails on its way back, too. */
async function failsGoingBack(): Promise<string> {
  const run = await startRun(place)
  await writeFile(broken(), '')
  bootBot(place, 'never')
  const first = await asks(place, run)
  expect(first).toMatchObject({ step: 'start:hrms-api', question: { code: 'step-failed' } })
  await choose(place, first, 'roll-back')
  return run
}

/** Ends it at its gate, with a reason. */
async function endIt(run: string, users: 'in' | 'out'): Promise<void> {
  const gate = await asks(place, run)
  expect(gate.step).toBe('roll-back.start:hrms-api')
  expect(gate.question.choices).toEqual(['retry', 'end-as-is', 'leave'])
  valueOf(
    await answer(place.pool, {
      gate: { id: gate.id },
      choice: 'end-as-is',
      with: { reason: 'the host lost its disk', users },
      caller: asha,
    }),
  )
}

const ending = async (run: string): Promise<string> =>
  plainText(endingView((await runById(place.pool, run))!, await attemptsOf(place.pool, run)))

test('a rollback that fails for good is ended as it is: what is open is listed, and nobody is let in', async () => {
  const before = await worldOf(place)
  const run = await failsGoingBack()
  await endIt(run, 'out')
  expect(await ends(place, run)).toMatchObject({
    ending: 'ended-as-is',
    leftAs: { by: asha.person, reason: 'the host lost its disk', available: false },
  })
  const after = await worldOf(place)
  expect(after).toMatchObject({ history: before.history, health: 'dead', applications: 0 })
  expect(after.acl).not.toEqual(before.acl)
  const said = await ending(run)
  expect(said).toMatch(/^HRMS is down since .*\. Ended as it is: .* is unchanged\n/)
  expect(said).toContain(`Accepted by @${asha.person}: the host lost its disk`)
  expect(said).toMatch(
    /Open: access to .*: found open to the application alone, before the run as before the run/,
  )
  expect(said).toMatch(/Open: service hrms-api: found stopped, before the run 1 instance/)
  const last = (await eventsOfRun(place.pool, run, 1))[0]
  expect(last).toMatchObject({
    is: 'run.ended',
    ending: 'ended-as-is',
    leftAs: { by: asha.person, reason: 'the host lost its disk' },
  })
  const { target } = (await runById(place.pool, run))!
  expect((await openDebts(place.pool, target)).map(({ owes }) => owes).toSorted()).toContain('access')
}, 600_000)

test('with users let in, access is as before, and the next run gives back what was left', async () => {
  const run = await failsGoingBack()
  await endIt(run, 'in')
  expect(await ends(place, run)).toMatchObject({ ending: 'ended-as-is', leftAs: { available: false } })
  // The default of PostgreSQL, written out: everybody may connect.
  expect((await worldOf(place)).acl).toContain('=Tc/hrms_owner')
  const said = await ending(run)
  expect(said).not.toContain('Open: access')
  expect(said).toContain('Open: service hrms-api: found stopped')

  await rm(broken())
  await rm(path.join(place.folder, 'hrms-api.pid'), { force: true })
  await place.startService()
  expect(await readFile(path.join(place.folder, 'hrms-api.pid'), 'utf8')).toMatch(/\d/)
  const next = await startRun(place)
  expect(await ends(place, next)).toMatchObject({ ending: 'done' })
  const { target } = (await runById(place.pool, next))!
  expect(await openDebts(place.pool, target)).toEqual([])
}, 600_000)
