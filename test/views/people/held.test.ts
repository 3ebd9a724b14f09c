import { expect, test } from 'vitest'
import { lapsedView, acknowledgementView } from '../../../src/views/people/call.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { at, lockedOut, plan, run } from '../sample.ts'

const made = plan()
const down = run({ plan: made, windowBegan: at('03:01:12') })
const { gate, attempts } = lockedOut()

const happened = { seq: 10, at: at('03:20:00'), by: 'U_MEI', run: down.id, plan: made.id }

const held = { ...down, holder: 'U_MEI', heldSince: at('03:20:00'), heldUntil: at('03:35:00') }
const taken = { is: 'run.taken', from: 'U_ASHA', until: at('03:35:00'), gate: gate.id } as const
const ended = { ...held, endedAt: at('03:25:00'), ending: 'done' as const }

test('who acknowledges is told to everybody, with what is still to be chosen', () => {
  const view = acknowledgementView({ ...happened, ...taken, alarms: [] }, { run: held, attempts, gate })
  const lines = plainText(view).split('\n')
  expect(lines[0]).toBe(
    'Acknowledged by @U_MEI at 03:20:00 UTC; before, questions went to @U_ASHA. HRMS is down since 03:01:12 UTC. Still to be chosen: Stopped at Migrate; hrms_master is unchanged',
  )
  expect(lines).toContain('2. Retry — fails again while 4242 stays')
  expect(lines.slice(-2)).toEqual([
    'Questions of run 7F3A-1 go to @U_MEI. Nobody else is pinged until 03:35:00 UTC, unless something changes. To take over: /migrate ack 7F3A-1',
    'Buttons: End 4242, retry… · Retry · Go back… · Leave down',
  ])
  const own = acknowledgementView(
    { ...happened, ...taken, from: 'U_MEI', alarms: [] },
    { run: held, attempts, gate: null },
  )
  expect(plainText(own)).toMatch(
    /^Acknowledged by @U_MEI at 03:20:00 UTC\. HRMS is down since 03:01:12 UTC\n/,
  )
})

test('an acknowledgement is told as the past when somebody else acknowledges, it lapses, or the run has ended', () => {
  const drawn = (run: typeof held | typeof ended | typeof down) =>
    plainText(acknowledgementView({ ...happened, ...taken, alarms: [] }, { run, attempts, gate: null }))
  const another = { ...held, holder: 'U_DAN', heldSince: at('03:30:00'), heldUntil: at('03:45:00') }
  expect(drawn(another)).toMatch(
    /^Was acknowledged by @U_MEI at 03:20:00 UTC[^]*\nAcknowledged by @U_DAN at 03:30:00 UTC\.$/,
  )
  expect(drawn({ ...held, heldUntil: null })).toMatch(
    /^Was acknowledged by @U_MEI [^]*\nThe others are pinged again/,
  )
  const over =
    'Was acknowledged by @U_MEI at 03:20:00 UTC. Run 7F3A-1 has ended at 03:25:00 UTC: nobody is called for it any more'
  expect(drawn(ended)).toBe(over)
  const lapsed = { is: 'hold.lapsed', holder: 'U_MEI', since: at('03:20:00'), gate: null } as const
  const asks = lapsedView({ ...happened, ...lapsed, alarms: [] }, { run: ended, attempts, gate: null })
  expect(plainText(asks)).toBe(over)
})

test('who acknowledged, and nothing changed, is asked whether they are still on it, until they say so', () => {
  const lapsed = {
    is: 'hold.lapsed',
    holder: 'U_MEI',
    since: at('03:20:00'),
    gate: gate.id,
    alarms: [],
  } as const
  const event = { ...happened, ...lapsed, at: at('03:35:00'), alarms: [] }
  const said = plainText(lapsedView(event, { run: down, attempts, gate }))
  expect(said).toMatch(
    /^@U_MEI, still on it\? Nothing has changed since 03:20:00 UTC\. HRMS is down since 03:01:12 UTC\. Stopped at Migrate/,
  )
  expect(said).toContain('The others are pinged again, unless somebody answers or acknowledges.')
  expect(said).toContain('Buttons: Acknowledge · End 4242')
  const again = { ...down, holder: 'U_MEI', heldSince: at('03:36:00'), heldUntil: at('03:51:00') }
  const renewed = plainText(lapsedView(event, { run: again, attempts, gate }))
  expect(renewed).toMatch(/^Acknowledged by @U_MEI at 03:36:00 UTC/)
  expect(renewed).not.toContain('Buttons: Acknowledge')
})
