import { describe, expect, test } from 'vitest'
import type { EventContext, Planned } from '../../src/deliveries/event-context.ts'
import { deliveriesOf } from '../../src/deliveries/planned.ts'
import type { Event, Happened } from '../../src/domain/event.ts'
import type { Outcome } from '../../src/domain/outcome.ts'

const context: EventContext = { channel: 'C0OPS', kind: 'migrate', holder: 'U0ASHA', step: null, told: [] }
const of = (body: Happened, more: Partial<EventContext> = {}): Planned[] => {
  const event: Event = {
    seq: 7,
    at: '2025-11-13T03:01:12.000Z',
    by: 'U0ASHA',
    run: 'P-1',
    plan: 'P',
    ...body,
  }
  return deliveriesOf(event, { ...context, ...more })
}
const made = (planned: Planned[]) => planned.flatMap((one) => ('make' in one ? [one.make] : []))
const keys = (planned: Planned[]) => made(planned).map((one) => one.key)
const refreshed = (planned: Planned[]) => planned.flatMap((one) => ('refresh' in one ? one.refresh : []))

const ended = (outcome: Extract<Happened, { is: 'step.ended' }>['outcome'], attempt = 1): Happened => ({
  is: 'step.ended',
  step: 'drain',
  attempt,
  outcome,
})

describe('an event', () => {
  test('of a plan that was made: its message in the runbook’s channel, details and files in its thread', () => {
    expect(made(of({ is: 'plan.made' }))).toMatchObject([
      { key: 'plan:P', to: { channel: 'C0OPS' }, shows: { plan: 'P' }, sends: 'message' },
      { key: 'plan:P/details', to: { channel: 'C0OPS', thread: 'plan:P' }, sends: 'message' },
      { key: 'plan:P/files', to: { channel: 'C0OPS', thread: 'plan:P' }, sends: 'files' },
    ])
  })

  test('of a backup’s plan: nothing, its run says it', () => {
    expect(of({ is: 'plan.made' }, { kind: 'backup' })).toEqual([])
  })

  test('one that was made again shows what was measured, with its details', () => {
    expect(of({ is: 'plan.measured' })).toEqual([
      { refresh: ['plan:P', 'plan:P/details'] },
      { refreshBelow: 'plan:P/ask:' },
    ])
  })

  test.each([{ is: 'plan.approved', says: 'reviewed' }, { is: 'plan.discarded' }] as Happened[])(
    '$is: the plan’s messages show it',
    (body) => {
      expect(of(body)).toEqual([{ refresh: ['plan:P', 'plan:P/ready'] }, { refreshBelow: 'plan:P/ask:' }])
    },
  )

  test('an approval changes what the schedule’s messages say of being ready', () => {
    const planned = of({ is: 'plan.approved', says: 'reviewed' }, { schedule: 'S' })
    expect(refreshed(planned)).toContain('schedule:S')
    expect(planned).toContainEqual({ refreshBelow: 'schedule:S/' })
  })

  test('the last approval tells whoever made the plan, unless they gave it', () => {
    const planned = of({ is: 'plan.approved', says: 'approved' }, { readyFor: 'U_PLANNER' })
    expect(made(planned)).toMatchObject([
      { key: 'plan:P/ready', to: { person: 'U_PLANNER' }, shows: { plan: 'P' } },
    ])
    expect(made(of({ is: 'plan.approved', says: 'approved' }, { readyFor: null }))).toEqual([])
  })

  test('of a run that starts: a live message that is pinned, and the plan’s message shows it', () => {
    const planned = of({ is: 'run.started' })
    expect(made(planned)).toMatchObject([
      { key: 'run:P-1', to: { channel: 'C0OPS' }, pin: true, urgent: true },
    ])
    expect(refreshed(planned)).toEqual(['plan:P', 'plan:P/ready'])
  })

  test('of a step that is done: a message in the run’s thread, once an attempt, and the live message shows it', () => {
    const planned = of(ended({ status: 'done', facts: {} }))
    expect(made(planned)).toMatchObject([
      { key: 'step:P-1/drain/1', to: { thread: 'run:P-1' }, shows: { event: 7 }, urgent: false },
    ])
    expect(refreshed(planned)).toEqual(['run:P-1'])
  })

  test.each([
    { status: 'failed', problem: { code: 'cancelled', by: 'U0ASHA' } },
    { status: 'asks', question: { code: 'before-admit', passed: 1, choices: [] } },
    { status: 'unneeded', because: 'already-so' },
  ] as Outcome[])('of a step that ends as $status: no message of its own', (outcome) => {
    const planned = of(ended(outcome))
    expect(made(planned)).toEqual([])
    expect(refreshed(planned)).toEqual(['run:P-1'])
  })

  test('of an attempt after a gate: the gate’s messages tell what came of it', () => {
    expect(refreshed(of(ended({ status: 'done', facts: {} }, 3)))).toEqual([
      'gate:P-1/drain/2',
      'gate:P-1/drain/2:dm',
      'run:P-1',
    ])
  })

  test('of the card: the card with its file, before what else waits for the thread', () => {
    const planned = of(ended({ status: 'done', facts: {} }), { step: 'card' })
    expect(made(planned)).toMatchObject([
      { key: 'card:P-1', to: { thread: 'run:P-1' }, shows: { card: 'P-1' }, sends: 'message', urgent: true },
      { key: 'card:P-1/files', sends: 'files', urgent: true },
    ])
  })

  test('of a gate: a broadcast in the run’s thread and a direct message to the one who has it', () => {
    const planned = of({ is: 'gate.opened', gate: 'P-1/drain/1' })
    expect(made(planned)).toMatchObject([
      { key: 'gate:P-1/drain/1', to: { channel: 'C0OPS', thread: 'run:P-1', broadcast: true }, urgent: true },
      { key: 'gate:P-1/drain/1:dm', to: { person: 'U0ASHA' }, urgent: true },
    ])
  })

  test.each([
    { is: 'gate.left', gate: 'g' },
    { is: 'gate.answered', gate: 'g', answer: { choice: 'retry', by: 'U0ASHA', via: 'slack' } },
  ] as Happened[])('$is: both messages, the pings about it and the live one show it', (body) => {
    expect(of(body)).toEqual([
      { refresh: ['gate:g', 'gate:g:dm'] },
      { refreshBelow: 'ping:g/' },
      { refresh: ['run:P-1'] },
    ])
  })

  test('of a run that ends: a broadcast, its files, and the live message is unpinned', () => {
    const planned = of({ is: 'run.ended', ending: 'done' })
    expect(keys(planned)).toEqual(['ending:P-1', 'ending:P-1/files'])
    expect(made(planned)[0]).toMatchObject({ to: { thread: 'run:P-1', broadcast: true }, urgent: true })
    expect(planned).toContainEqual({ unpin: 'run:P-1' })
    expect(planned).toContainEqual({ refreshBelow: 'ping:P-1/' })
    expect(refreshed(planned)).toEqual(['run:P-1', 'plan:P', 'plan:P/ready'])
  })

  test('of a run that is cancelled: the live message shows it', () => {
    expect(of({ is: 'run.cancelled' })).toEqual([{ refresh: ['run:P-1'] }])
  })

  test('of a run that another life takes up: the thread says from when to when nobody was at it', () => {
    const planned = of({ is: 'run.resumed', step: 'drain', lastSeen: '2025-11-13T03:01:12.000Z' })
    expect(made(planned)).toMatchObject([
      { key: 'resumed:7', to: { thread: 'run:P-1' }, shows: { event: 7 } },
    ])
    expect(refreshed(planned)).toEqual(['run:P-1'])
  })
})

describe('calling people', () => {
  const ping: Happened = {
    is: 'alarm.pinged',
    alarm: 'P-1/drain/1',
    steps: [{ place: 1, at: '2025-11-13T03:01:12.000Z' }],
    people: ['U0DAN', 'U0KIM'],
    asked: [],
    untold: [],
    inChannel: true,
  }

  test('is a direct message to each of them and a broadcast in the run’s thread, before what waits', () => {
    expect(made(of(ping))).toMatchObject([
      {
        key: 'ping:P-1/drain/1/7',
        to: { channel: 'C0OPS', thread: 'run:P-1', broadcast: true },
        urgent: true,
      },
      { key: 'ping:P-1/drain/1/7:dm:U0DAN', to: { person: 'U0DAN' }, shows: { event: 7 }, urgent: true },
      { key: 'ping:P-1/drain/1/7:dm:U0KIM', to: { person: 'U0KIM' }, shows: { event: 7 }, urgent: true },
    ])
    expect(keys(of({ ...ping, inChannel: false }))).toEqual([
      'ping:P-1/drain/1/7:dm:U0DAN',
      'ping:P-1/drain/1/7:dm:U0KIM',
    ])
  })

  test('is over: all its messages show it', () => {
    expect(of({ is: 'alarm.closed', alarm: 'P-1/called/1' })).toEqual([
      { refreshBelow: 'ping:P-1/called/1/' },
    ])
  })

  test('by somebody is told in the thread, quietly: the pings follow', () => {
    const planned = of({ is: 'run.escalated', alarm: 'P-1/called/1', reason: 'x', critical: false })
    expect(made(planned)).toMatchObject([{ key: 'P-1/called/1', to: { thread: 'run:P-1' }, urgent: false }])
    expect(made(planned)[0]?.to).not.toHaveProperty('broadcast')
  })

  test('for a step that is late shows in the live message', () => {
    const late = { alarm: 'a', step: 'drain', attempt: 1, expectedSeconds: 6 }
    expect(of({ is: 'step.late', ...late })).toEqual([{ refresh: ['run:P-1'] }])
  })

  test('ends with who has it: told in the channel and to who had it, and every ping and the question show it', () => {
    const taken: Happened = { is: 'run.taken', from: 'U0MEI', until: 'u', gate: 'g', alarms: ['g', 'a'] }
    const planned = of(taken)
    expect(planned).toEqual(
      expect.arrayContaining([
        { refreshBelow: 'ping:g/' },
        { refreshBelow: 'ping:a/' },
        { refresh: ['gate:g', 'gate:g:dm'] },
        { refresh: ['run:P-1'] },
      ]),
    )
    expect(keys(planned)).toEqual(['ping:g/7', 'ping:g/7:dm:U0MEI'])
    expect(keys(of({ ...taken, from: 'U0ASHA', gate: null }))).toEqual(['ping:P-1/7'])
  })

  test('begins again when nothing changed: who has it is asked, in the channel too', () => {
    const lapsed: Happened = { is: 'hold.lapsed', holder: 'U0MEI', since: 's', gate: 'g', alarms: ['g'] }
    expect(keys(of(lapsed))).toEqual(['ping:g/7', 'ping:g/7:dm:U0MEI'])
    expect(of(lapsed)).toContainEqual({ refreshBelow: 'ping:g/' })
  })

  test('goes to pagers and addresses too, and what did not arrive is told in the channel', () => {
    const ping: Happened = {
      is: 'alarm.pinged',
      alarm: 'g',
      steps: [],
      people: ['U0DAN'],
      asked: [],
      untold: [],
      inChannel: false,
      mail: ['dba@morishr.test'],
      webhooks: ['DBA'],
    }
    expect(made(of(ping))).toMatchObject([
      { key: 'ping:g/7:dm:U0DAN', to: { person: 'U0DAN' } },
      { key: 'ping:g/7:mail:dba@morishr.test', to: { mail: 'dba@morishr.test' }, urgent: true },
      { key: 'ping:g/7:pager:DBA', to: { pager: 'DBA' }, urgent: true },
    ])
    const failed: Happened = {
      is: 'call.failed',
      alarm: 'g',
      by: 'pager',
      to: 'DBA',
      error: '401',
      goesOn: false,
    }
    expect(made(of(failed))).toMatchObject([
      { key: 'ping:g/7', to: { channel: 'C0OPS', thread: 'run:P-1', broadcast: true }, urgent: true },
    ])
  })

  test('of a test of who is reached: a message in the channel and one to each; of an answer: both show it', () => {
    const told = [{ person: 'U0DAN' }, { mail: 'dba@morishr.test' }]
    expect(made(of({ is: 'reach.tested', test: 'r/1' }, { told }))).toMatchObject([
      { key: 'test:r/1', to: { channel: 'C0OPS' }, shows: { test: 'r/1' } },
      { key: 'test:r/1/U0DAN', to: told[0], shows: { test: 'r/1', to: 'U0DAN' } },
      { key: 'test:r/1/dba@morishr.test', to: told[1], shows: { test: 'r/1', to: 'dba@morishr.test' } },
    ])
    expect(of({ is: 'reach.answered', test: 'r/1' })).toEqual([{ refresh: ['test:r/1', 'test:r/1/U0ASHA'] }])
  })
})

describe('of a schedule', () => {
  const schedule = 'book@1'
  const inThread = { channel: 'C0OPS', thread: 'schedule:book@1', broadcast: true }

  test('a look before the start is told in the channel; near it, what forbids it also to whoever scheduled it', () => {
    const problem = { code: 'plan-missing', runbook: 'book' } as const
    const look = (before: number, found: typeof problem | null) =>
      made(of({ is: 'schedule.ready', schedule, before, problem: found })).map(({ to }) => to)
    expect(look(86_400_000, problem)).toEqual([inThread])
    expect(look(3_600_000, null)).toEqual([inThread])
    expect(look(3_600_000, problem)).toEqual([inThread, { person: 'U0ASHA' }])
  })

  test('that has become a run or was missed: what asked no longer does, and only the latter is told', () => {
    const shown = [{ refresh: ['schedule:book@1'] }, { refreshBelow: 'schedule:book@1/' }]
    expect(of({ is: 'schedule.started', schedule, run: 'P-1' })).toEqual(shown)
    expect(of({ is: 'schedule.over', schedule, as: 'done' })).toEqual(shown)
    expect(made(of({ is: 'schedule.over', schedule, as: 'missed' })).map(({ to }) => to)).toEqual([inThread])
  })

  test('a notice is one message for each address, and those before it are edited', () => {
    const told = [{ channel: '#hrms' }, { person: 'U0LEE' }, { mail: 'all@morishr.com' }]
    const planned = of({ is: 'notice.made', schedule, notice: 'book@1/2' }, { told })
    expect(keys(planned)).toEqual([
      'notice:book@1/2:#hrms',
      'notice:book@1/2:U0LEE',
      'notice:book@1/2:all@morishr.com',
    ])
    expect(planned).toContainEqual({ refreshBelow: 'notice:book@1/' })
  })
})
