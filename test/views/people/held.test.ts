import { expect, test } from 'vitest'
import { lapsedView, takenView } from '../../../src/views/people/call.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { at, lockedOut, plan, run } from '../sample.ts'

const made = plan()
const down = run({ plan: made, windowBegan: at('03:01:12') })
const { gate, attempts } = lockedOut()

const happened = { seq: 10, at: at('03:20:00'), by: 'U_MEI', run: down.id, plan: made.id }

const held = { ...down, holder: 'U_MEI', heldSince: at('03:20:00'), heldUntil: at('03:35:00') }
const taken = { is: 'run.taken', from: 'U_ASHA', until: at('03:35:00'), gate: gate.id } as const
const ended = { ...held, endedAt: at('03:25:00'), ending: 'done' as const }

test('who takes it is told to everybody, with what is still to be chosen', () => {
  const view = takenView({ ...happened, ...taken, alarms: [] }, { run: held, attempts, gate })
  const lines = plainText(view).split('\n')
  expect(lines[0]).toBe(
    '@U_MEI has it since 03:20:00 UTC, after @U_ASHA. HRMS is down since 03:01:12 UTC. Still to be chosen: Stopped at Migrate; hrms_master is unchanged',
  )
  expect(lines).toContain('2. Retry — fails again while 4242 stays')
  expect(lines.slice(-2)).toEqual([
    'Questions of run 7F3A-1 go to @U_MEI. Nobody else is pinged until 03:35:00 UTC, unless something changes. To take it over: /migrate take 7F3A-1',
    'Buttons: End 4242, retry… · Retry · Go back… · Leave down',
  ])
  const own = takenView(
    { ...happened, ...taken, from: 'U_MEI', alarms: [] },
    { run: held, attempts, gate: null },
  )
  expect(plainText(own)).toMatch(/^@U_MEI has it since 03:20:00 UTC\. HRMS is down since 03:01:12 UTC\n/)
})

test('that somebody has it is not said any more when somebody else has it, nobody does, or the run has ended', () => {
  const drawn = (run: typeof held | typeof ended | typeof down) =>
    plainText(takenView({ ...happened, ...taken, alarms: [] }, { run, attempts, gate: null }))
  const another = { ...held, holder: 'U_DAN', heldSince: at('03:30:00'), heldUntil: at('03:45:00') }
  expect(drawn(another)).toMatch(/^@U_MEI had it since 03:20:00 UTC[^]*\n@U_DAN has it since 03:30:00 UTC\.$/)
  expect(drawn({ ...held, heldUntil: null })).toMatch(/^@U_MEI had it [^]*\nThe others are pinged again/)
  const over =
    '@U_MEI had it since 03:20:00 UTC. Run 7F3A-1 has ended at 03:25:00 UTC: nobody is called for it any more'
  expect(drawn(ended)).toBe(over)
  const lapsed = { is: 'hold.lapsed', holder: 'U_MEI', since: at('03:20:00'), gate: null } as const
  const asks = lapsedView({ ...happened, ...lapsed, alarms: [] }, { run: ended, attempts, gate: null })
  expect(plainText(asks)).toBe(over)
})

test('who had it without a change is asked whether they are still on it, until they say so', () => {
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
  expect(said).toContain('The others are pinged again, unless somebody answers or has it.')
  expect(said).toContain('Buttons: I have it · End 4242')
  const again = { ...down, holder: 'U_MEI', heldSince: at('03:36:00'), heldUntil: at('03:51:00') }
  const renewed = plainText(lapsedView(event, { run: again, attempts, gate }))
  expect(renewed).toMatch(/^@U_MEI has it since 03:36:00 UTC/)
  expect(renewed).not.toContain('I have it')
})
