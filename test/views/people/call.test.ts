import { describe, expect, test } from 'vitest'
import type { Alarm } from '../../../src/domain/escalation.ts'
import type { Event, Pinged } from '../../../src/domain/event.ts'
import { pingView, type Calling } from '../../../src/views/people/call.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { calling } from '../../notices/night.ts'
import { answer, at, attempt, lockedOut, lockTimeout, plan, run, session } from '../sample.ts'

const made = plan()
made.approved.runbook = { ...made.approved.runbook, ...calling }
const down = run({ plan: made, windowBegan: at('03:01:12') })
const { gate, attempts } = lockedOut()

const alarm = (given: Partial<Alarm> = {}): Alarm => ({
  id: gate.id,
  run: down.id,
  cause: { is: 'gate', gate: gate.id },
  critical: false,
  openedAt: gate.openedAt,
  since: gate.openedAt,
  pinged: [0],
  closedAt: null,
  ...given,
})
const ping = (given: Partial<Event & Pinged> = {}): Event & Pinged => ({
  seq: 9,
  at: at('03:18:00'),
  by: 'lockkeeper',
  run: down.id,
  plan: made.id,
  is: 'alarm.pinged',
  alarm: gate.id,
  steps: [{ place: 1, at: at('03:18:00') }],
  people: ['U0DAN'],
  asked: [],
  untold: [],
  inChannel: true,
  ...given,
})
const shown = (
  event: Event & Pinged,
  of: Alarm = alarm({ pinged: [0, 1] }),
  calling: Partial<Calling> = {},
  earlier: (Event & Pinged)[] = [],
) =>
  plainText(
    pingView(
      event,
      of,
      [...earlier, event],
      { run: down, attempts, gate, alarms: of.closedAt ? [] : [of], ...calling },
      event.at,
    ),
  )

const asked = [
  'ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid did not get its lock, 10 times in 1 min (55P03): held by session 4242 (reporting, idle in transaction since 02:39:10 UTC, 22 min). Each try was rolled back as a whole.',
  'Lockkeeper checks every few seconds: when the session that held the lock has released it, the run goes on without an answer.',
  '1. End 4242, retry — ends session 4242 (reporting): it wrote nothing that would be lost, then does the step again',
  '2. Retry — fails again while 4242 stays',
  '3. Go back — HRMS is back in about 7 s; nothing is migrated, nothing is lost',
  '4. Leave down — nothing changes, the question stays open; HRMS stays down',
  'Without an answer: at 03:28:00 UTC we go back by ourselves.',
  'Waiting for a decision since 03:01:12 UTC. Anyone in migration-operators can answer. Without Slack: lockkeeper answer 7F3A-1',
]
const lead = ping({
  seq: 8,
  at: at('03:01:13'),
  steps: [{ place: 0, at: at('03:01:12') }],
  people: [],
  asked: ['U0ASHA'],
})

describe('a ping', () => {
  test('carries everything: since when, what stands, the choices, who was pinged and who is next', () => {
    expect(shown(ping(), undefined, {}, [lead])).toBe(
      [
        'HRMS is down since 03:01:12 UTC. Nobody has answered since 03:01:12 UTC. Stopped at Migrate; hrms_master is unchanged. @U0DAN, please look',
        ...asked,
        'Before: Lead at 03:01:13 UTC. Next: CTO at 03:31:12 UTC, unless somebody answers or acknowledges.',
        'Buttons: Acknowledge · End 4242, retry… · Retry · Go back… · Leave down',
      ].join('\n'),
    )
  })

  test('at once does not say that nobody answered', () => {
    expect(shown({ ...lead, people: ['U0ASHA'], asked: [] }, alarm())).toMatch(
      /^HRMS is down since 03:01:12 UTC\. It asks\. Stopped at Migrate; hrms_master is unchanged\. @U0ASHA, please look\n/,
    )
  })

  test('tells what was tried before', () => {
    const first = attempts.at(-1)!
    const tried = [
      ...attempts.slice(0, -1),
      { ...first, answer: answer({ choice: 'retry' }) },
      attempt('migrate', first.outcome, { attempt: 2 }),
    ]
    const again = { ...gate, id: '7F3A-1/migrate/2', attempt: 2 }
    expect(shown(ping(), undefined, { attempts: tried, gate: again })).toMatch(
      /Tried:\n- 03:01:00 UTC Migrate: ALTER TABLE .* did not get its lock.* → Retry, @U_MEI\n/,
    )
  })

  test('after an outage says what is overdue, in one for all', () => {
    const late = ping({
      steps: [
        { place: 1, at: at('03:06:12') },
        { place: 2, at: at('03:18:00') },
      ],
    })
    const said = shown(late)
    expect(said).toContain(
      'Overdue: DBA was due 03:06:12 UTC. Lockkeeper could not ping then; this is one ping for all.',
    )
    expect(said).not.toContain('CTO was due')
    expect(shown(ping())).not.toContain('Overdue')
  })

  test('says whom to call where Slack reaches nobody, and who is told only', () => {
    const said = shown(ping({ steps: [{ place: 3, at: at('03:18:00') }], people: [], untold: ['S0DBA'] }))
    expect(said).toContain('Nobody of this step can be pinged here; @U_ASHA was asked')
    expect(said).toContain('Call CEO: +230 2')
    expect(said).toContain('Slack tells of nobody in user group S0DBA: nobody of it was pinged.')
    expect(said).toContain('CEO: told only. migration-operators decide.')
  })

  test('to an address tells its reader that they are called, and whom else to call', () => {
    const steps = [
      { place: 1, at: at('03:18:00') },
      { place: 3, at: at('03:18:00') },
    ]
    const contacts = calling.contacts.map((contact) =>
      contact.role === 'CEO' ? { ...contact, email: 'ceo@morishr.com' } : contact,
    )
    const plan = {
      ...made,
      approved: { ...made.approved, runbook: { ...made.approved.runbook, contacts } },
    }
    const event = ping({
      steps,
      people: [],
      mail: ['ceo@morishr.com', 'kim@morishr.com'],
      onCall: [{ contact: 'DBA', people: [], mail: ['kim@morishr.com'] }],
    })
    const of = alarm({ pinged: [0, 1, 3] })
    const read = (to?: string) =>
      plainText(
        pingView(event, of, [event], { run: { ...down, plan }, attempts, gate, alarms: [of] }, event.at, to),
      )
    expect(read('ceo@morishr.com')).toContain('You are called as CEO: please look\n')
    expect(read('ceo@morishr.com')).not.toContain('Call CEO')
    expect(read('ceo@morishr.com')).toContain('Also by e-mail to kim@morishr.com.')
    expect(read('kim@morishr.com')).toContain('You are called as DBA: please look\n')
    expect(read('kim@morishr.com')).toContain('Call CEO: +230 2')
    expect(read()).toContain('Nobody of this step can be pinged here')
  })

  test('says whose notifications are paused, of those who are meant and of those before', () => {
    const paused = ping({ people: ['U0DAN', 'U0KIM'], paused: ['U0DAN'] })
    expect(shown(paused, undefined, {}, [{ ...lead, paused: ['U0ASHA'] }])).toMatch(
      /@U0DAN \(notifications paused\) and @U0KIM, please look\n[^]*Before: Lead at 03:01:13 UTC \(notifications paused\)\. Next/,
    )
    const one = ping({ seq: 7, people: ['U0DAN', 'U0KIM'], paused: ['U0KIM'] })
    expect(shown(ping(), undefined, {}, [one])).toContain('(notifications paused: @U0KIM)')
  })

  test('says who is on call, and what was sent outside of Slack', () => {
    const said = shown(
      ping({
        people: ['U0KIM'],
        onCall: [{ contact: 'DBA', people: ['U0KIM'], mail: ['kim@morishr.com'] }],
        mail: ['kim@morishr.com'],
        webhooks: ['DBA'],
      }),
    )
    expect(said).toContain('On call for DBA: @U0KIM and kim@morishr.com.')
    expect(said).toContain('Also by e-mail to kim@morishr.com.\nAlso by the pager of DBA.')
  })

  test('says why nobody knows who is on call, whom to call, and who is called instead', () => {
    const lost = { code: 'on-call-unknown', contact: 'DBA', why: { is: 'late', seconds: 10 } } as const
    const steps = [
      { place: 1, at: at('03:18:00') },
      { place: 2, at: at('03:18:00') },
    ]
    const said = shown(ping({ steps, people: ['U0MEI'], lost: [lost], early: [2] }))
    expect(said).toContain('Nobody knows who is on call for DBA: no answer within 10 s. Call +230 1.')
    expect(said).toContain('CTO is called before the time for it, since nobody of the step before is known.')
  })

  test('shows who acknowledged, and calls nobody else', () => {
    const taken = { ...down, holder: 'U_MEI', heldSince: at('03:20:00'), heldUntil: at('03:35:00') }
    const said = shown(ping(), undefined, { run: taken })
    expect(said).toContain('Acknowledged by @U_MEI at 03:20:00 UTC')
    expect(said).toContain('Nobody else is pinged until 03:35:00 UTC, unless something changes.')
    expect(said).not.toContain('Buttons: Acknowledge')
    expect(said).toContain('Retry')
  })

  test('that is answered says by whom, and has no choices', () => {
    const over = alarm({ pinged: [0, 1], closedAt: at('03:21:00') })
    const done = [...attempts.slice(0, -1), { ...attempts.at(-1)!, answer: answer() }]
    expect(shown(ping(), over, { attempts: done, gate: null })).toBe(
      [
        'No longer needed since 03:21:00 UTC: answered Retry, @U_MEI. Nothing to do here',
        'DBA pinged; open since 03:01:12 UTC.',
        'Buttons: What happened',
      ].join('\n'),
    )
  })

  test('for a step that is late says what was planned', () => {
    const late = alarm({ cause: { is: 'late', step: 'drain', attempt: 1, expectedSeconds: 6 } })
    const said = shown(ping(), late, { gate: null })
    expect(said).toContain('Drain takes longer than planned: about 6 s were. @U0DAN, please look')
    expect(said).toContain('Buttons: Acknowledge · What happened')
    expect(shown(ping(), { ...late, closedAt: at('03:21:00') }, { gate: null })).toContain('Drain has ended')
  })

  test('for somebody who calls for help says who, and why, and what is asked meanwhile', () => {
    const cause = { is: 'called', by: 'U_ASHA', reason: 'payroll stands still' } as const
    expect(shown(ping(), alarm({ cause }), { gate: null })).toContain(
      '@U_ASHA calls for help since 03:01:12 UTC: payroll stands still. @U0DAN, please look',
    )
    const called = alarm({ id: 'called', cause, critical: true, pinged: [0, 1, 2], openedAt: at('03:19:00') })
    const before = shown(ping(), undefined, { alarms: [alarm({ pinged: [0, 1, 2] }), called] })
    expect(before).toContain(
      '@U_ASHA calls for help, critical business impact since 03:19:00 UTC: payroll stands still.\n',
    )
    expect(before).toContain('Next: CEO at 03:01:12 UTC')
    const both = shown(ping(), alarm({ cause, critical: true }))
    expect(both).toContain('calls for help, critical business impact since')
    expect(both).toContain(asked[2]!)
    const over = { ...down, endedAt: at('03:21:00'), ending: 'done' as const }
    expect(shown(ping(), alarm({ cause, closedAt: at('03:21:00') }), { gate: null, run: over })).toContain(
      'run 7F3A-1 has ended',
    )
  })
})

test('a ping about 60 sessions fits one message, buttons included', () => {
  const many = lockedOut(
    lockTimeout({ blockers: Array.from({ length: 60 }, (_, i) => session({ pid: 4_000_000 + i })) }),
  )
  const view = pingView(
    ping(),
    alarm(),
    [],
    { run: down, attempts: many.attempts, gate: many.gate, alarms: [alarm()] },
    at('03:18:00'),
  )
  expect(plainText(view).length).toBeLessThanOrEqual(4_000)
  for (const { label, says } of view.actions) {
    expect(label.length).toBeLessThanOrEqual(20)
    expect(says.length).toBeLessThanOrEqual(75)
  }
})
