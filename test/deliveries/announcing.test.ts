import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeRender } from '../../src/deliveries/render.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import { announce, makeNotice } from '../../src/runs/announcing.ts'
import { callOff, schedule } from '../../src/runs/scheduling.ts'
import { insertDelivery, recordSent, refreshDeliveries } from '../../src/store/deliveries.ts'
import { staleDeliveries } from '../../src/store/edits.ts'
import { noticesOf } from '../../src/store/notices.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { transaction } from '../../src/store/transaction.ts'
import type { Message, Workspace } from '../slack/workspace.ts'
import { openWorkspace } from '../slack/workspace.ts'
import { sampleRunbook } from '../plans.ts'
import { openWorks, type Works } from './works.ts'

let workspace: Workspace
let works: Works
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(async () => {
  works = await openWorks(workspace)
})
afterEach(() => works.close())

const asha = { person: 'U0ASHA', via: 'slack' } as const
const day = 86_400_000

const runbook = (): Runbook => ({
  ...sampleRunbook(),
  channel: works.channel,
  timeZone: 'Indian/Mauritius',
  timeZoneName: 'MUT',
  audiences: { users: { channels: [works.channel], people: [], groups: [], mail: [] } },
  notices: [{ at: '-72h', to: ['users'], subject: '{{ product }} is away', text: 'On {{ window }}\n- save' }],
})

/** Scheduled for a day of the future, at 04:00 there; or moved to it. */
async function scheduled(inDays: number, seen: Schedule | null): Promise<Schedule> {
  const { pool } = works.history
  await recordStanding(pool, asha.person, ['migration-operators'], 60)
  const start = new Date(Math.floor(Date.now() / day + inDays) * day).toISOString()
  const made = await schedule(pool, { runbook: runbook(), start, seen }, asha)
  if (!made.ok) throw new Error(made.problem.code)
  return made.value.schedule
}

async function tellFirst({ id }: Schedule): Promise<void> {
  const { pool } = works.history
  const [first] = await noticesOf(pool, id)
  if (!first) throw new Error('no notice')
  await transaction(pool, (tx) => makeNotice(tx, first, { to: [{ channel: works.channel }], untold: [] }))
}

const start = () =>
  works.start({ render: makeRender({ pool: works.history.pool, peopleOf: async () => [] }) })

/** What stands in the channel of notices, those of the schedule itself aside. */
const announcements = async (): Promise<string[]> => {
  const { messages = [] } = await workspace.own.conversations.history({ channel: works.channel })
  return (messages as Message[])
    .toSorted((one, other) => (one.ts < other.ts ? -1 : 1))
    .map(({ text }) => text)
    .filter((text) => /^(HRMS|Moved: HRMS|Called off: HRMS|Over|Begun)/.test(text))
}

test('what changes is a new message, and the first one says so from then on', async () => {
  start()
  const made = await scheduled(4, null)
  await tellFirst(made)
  await expect
    .poll(announcements)
    .toEqual([expect.stringMatching(/^HRMS is away\nOn .* MUT \(00:00–00:30 UTC\)\n- save$/)])

  const moved = await scheduled(5, made)
  await expect
    .poll(announcements)
    .toEqual([
      expect.stringMatching(
        /^Moved: HRMS is unavailable on .*\nBefore, it said: HRMS is away\nOn .*\n• save$/,
      ),
      expect.stringMatching(/^Moved: HRMS is unavailable on .* MUT \(00:00–00:30 UTC\), not .* MUT$/),
    ])
  const [first, second] = await announcements()
  expect(first?.split('\n')[0]).toBe(second?.split('\n')[0]?.replace(/, not .*/, ''))

  const off = await callOff(
    works.history.pool,
    { runbook: moved.runbook.name, reason: 'the release is late', seen: moved },
    asha,
  )
  expect(off.ok).toBe(true)
  await expect
    .poll(announcements)
    .toEqual([
      expect.stringMatching(/^Called off: HRMS stays available on .*\nBefore, it said: HRMS is away/),
      expect.stringMatching(/^Called off: HRMS stays available on .*\nBefore, it said: Moved: HRMS/),
      expect.stringMatching(/^Called off: HRMS stays available on .*\nWhy: the release is late$/),
    ])
  await works.settled()
})

test('who was not told before is not told what changed', async () => {
  start()
  const made = await scheduled(4, null)
  await transaction(works.history.pool, (tx) => announce(tx, made, { is: 'end' }))
  await works.settled()
  expect(await announcements()).toEqual([])
})

test('their edits keep nobody who waits for another one', async () => {
  const { pool } = works.history
  const messages = {
    told: { notice: 'hrms@1/1' },
    planned: { plan: 'P4GF' },
    'told too': { notice: 'hrms@1/2' },
  }
  for (const [key, shows] of Object.entries(messages)) {
    const to = { channel: works.channel }
    const madeAt = new Date().toISOString()
    await insertDelivery(pool, { key, to, shows, sends: 'message', pin: false, urgent: false, madeAt })
    await recordSent(pool, key, { channel: works.channel, ts: '1' }, { wanted: 0, state: null })
  }
  await refreshDeliveries(pool, Object.keys(messages))
  const stale = await staleDeliveries(pool, { every: 0, heartbeat: 3_600_000, limit: 20 })
  expect(stale.map(({ key }) => key)).toEqual(['planned', 'told', 'told too'])
})
