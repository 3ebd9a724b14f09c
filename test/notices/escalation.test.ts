import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveriesOf } from '../../src/deliveries/planned.ts'
import { call, acknowledge } from '../../src/runs/calling.ts'
import { end } from '../../src/runs/record.ts'
import { answer } from '../../src/runs/requests.ts'
import { done, failed } from '../../src/domain/outcome.ts'
import { asha, eve, mei, openNight, type Night } from './night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

const code = (result: { ok: boolean; problem?: { code: string } }): string => result.problem?.code ?? 'ok'
/** Who was pinged by direct message, ping by ping. */
const pinged = async (run: string) =>
  (await night.happened(run, 'alarm.pinged')).map(({ people, asked }) => [
    ...people,
    ...asked.map((p) => `(${p})`),
  ])
const reason = { reason: 'payroll stands still', critical: false }

describe('a gate that waits', () => {
  test('calls the lead at once, then the DBAs, then the CTO, each once', async () => {
    const driven = await night.start(mei.person)
    await night.ask(driven)
    for (const minutes of [0, 0, 14, 14.9, 15.1, 20, 30.1, 31, 600]) await night.look(minutes)
    expect(await pinged(driven.run.id)).toEqual([[asha.person], ['U0DAN', 'U0KIM'], [mei.person]])
  })

  test('is not told twice at once to the one who has it, nor to the channel that shows it', async () => {
    const driven = await night.start(asha.person)
    await night.ask(driven)
    await night.look(0)
    const [first] = await night.happened(driven.run.id, 'alarm.pinged')
    expect(first).toMatchObject({ people: [], asked: [asha.person], inChannel: false })
    expect(
      deliveriesOf(first!, { channel: 'C', kind: 'migrate', holder: null, step: null, told: [] }),
    ).toEqual([{ refreshBelow: `ping:${first!.alarm}/` }, { refresh: [`run:${driven.run.id}`] }])
  })

  test('calls sooner while users are out', async () => {
    const driven = await night.start()
    await night.begins(driven, 'stop')
    await night.ends(driven, 'stop', 1, done({ instances: 1, seconds: 1 }))
    await night.ask(driven)
    await night.look(5.1)
    expect((await pinged(driven.run.id)).flat()).toContain('U0DAN')
  })

  test('is pinged by one of several replicas, whatever they see at the same moment', async () => {
    const driven = await night.start(mei.person)
    await night.ask(driven)
    const others = [1, 2, 3].map(() => new pg.Pool({ connectionString: night.url, max: 2 }))
    await Promise.all(others.flatMap((pool) => [night.look(0, pool), night.look(0, pool)]))
    await Promise.all(others.map((pool) => pool.end()))
    expect(await pinged(driven.run.id)).toEqual([[asha.person]])
  })

  test('after an outage is one ping for all that is overdue, with their times', async () => {
    const driven = await night.start(mei.person)
    await night.ask(driven)
    await night.look(45)
    const pings = await night.happened(driven.run.id, 'alarm.pinged')
    expect(pings).toHaveLength(1)
    expect(pings[0]).toMatchObject({
      steps: [{ place: 0 }, { place: 1 }, { place: 2 }],
      people: [asha.person, 'U0DAN', 'U0KIM', mei.person],
      inChannel: true,
    })
    await night.look(46)
    expect(await night.happened(driven.run.id, 'alarm.pinged')).toHaveLength(1)
  })

  test('pings nobody for what is answered or taken at that very moment', async () => {
    const [answered, taken] = [await night.start(mei.person), await night.start(mei.person)]
    const gate = await night.ask(answered)
    await night.ask(taken)
    await night.look(0, night.pool, async () => {
      await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
      await acknowledge(night.pool, taken.run.id, mei)
    })
    expect(await pinged(answered.run.id)).toEqual([])
    expect(await pinged(taken.run.id)).toEqual([])
    expect(await night.happened(taken.run.id, 'hold.lapsed')).toEqual([])
    expect((await night.run(taken.run.id)).heldUntil).not.toBeNull()
  })

  test.each([null, []])(
    'of a group of whom nobody tells (%j) tells the channel, and calls the next one at once',
    async (members) => {
      const driven = await night.start(mei.person)
      await night.ask(driven)
      await night.look(0)
      night.groups['S0DBA'] = members
      await night.look(16)
      night.groups['S0DBA'] = ['U0DAN', 'U0KIM']
      expect((await night.happened(driven.run.id, 'alarm.pinged')).at(-1)).toMatchObject({
        steps: [{ place: 1 }, { place: 2 }],
        people: [mei.person],
        untold: ['S0DBA'],
        early: [2],
        inChannel: true,
      })
      await night.look(31)
      expect(await pinged(driven.run.id)).toEqual([[asha.person], [mei.person]])
    },
  )

  test('calls nobody any more once it is answered, and anew at the next question', async () => {
    const driven = await night.start(mei.person)
    const gate = await night.ask(driven)
    await night.look(0)
    expect(code(await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei }))).toBe('ok')
    expect(await night.alarms(driven.run.id)).toEqual([])
    await night.look(60)
    expect(await pinged(driven.run.id)).toHaveLength(1)
    await night.ask(driven, 'drain', 2)
    await night.look(0)
    expect(await pinged(driven.run.id)).toEqual([[asha.person], [asha.person]])
  })
})

describe('calling for help', () => {
  test('pings from the beginning, and the CTO and the CEO when it is critical', async () => {
    const driven = await night.start(mei.person)
    const called = await call(night.pool, driven.run.id, { ...reason, critical: true }, mei)
    expect(called).toMatchObject({ ok: true, value: { alarms: [{ critical: true }] } })
    await night.look(0)
    const [ping] = await night.happened(driven.run.id, 'alarm.pinged')
    expect(ping).toMatchObject({
      steps: [{ place: 0 }, { place: 2 }, { place: 3 }],
      people: [asha.person, mei.person],
      inChannel: true,
    })
  })

  test('again begins anew, with the new reason', async () => {
    const { run } = await night.start(mei.person)
    await call(night.pool, run.id, reason, mei)
    await night.look(0)
    await call(night.pool, run.id, { ...reason, reason: 'worse' }, asha)
    await night.look(0)
    expect(await night.alarms(run.id)).toMatchObject([
      { cause: { is: 'called', by: asha.person, reason: 'worse' } },
    ])
    expect(await pinged(run.id)).toEqual([[asha.person], [asha.person]])
    expect(await night.happened(run.id, 'alarm.closed')).toHaveLength(1)
  })

  test('is for operators, in a run under way, whose runbook names somebody', async () => {
    const { run } = await night.start()
    expect(code(await call(night.pool, run.id, reason, eve))).toBe('not-allowed')
    expect(code(await call(night.pool, 'X-1', reason, asha))).toBe('run-unknown')
    const silent = await night.start()
    silent.run.plan.approved.runbook.escalation = []
    await night.pool.query(`update lockkeeper.plan set body = $2 where id = $1`, [
      silent.run.plan.id,
      JSON.stringify(silent.run.plan),
    ])
    expect(code(await call(night.pool, silent.run.id, reason, asha))).toBe('escalation-none')
    expect(await night.alarms(silent.run.id)).toEqual([])
  })

  test('ends with the run', async () => {
    const driven = await night.start(mei.person)
    await call(night.pool, driven.run.id, reason, mei)
    await night.look(0)
    await end(driven, 'backed-out')
    expect(await night.alarms(driven.run.id)).toEqual([])
    expect(await night.happened(driven.run.id, 'alarm.closed')).toHaveLength(1)
    await night.look(60)
    expect(await pinged(driven.run.id)).toHaveLength(1)
    expect(code(await acknowledge(night.pool, driven.run.id, mei))).toBe('run-ended')
    expect(code(await call(night.pool, driven.run.id, reason, mei))).toBe('run-ended')
  })
})

describe('"I have it"', () => {
  test('stops the pings, and moves later questions to who has it', async () => {
    const driven = await night.start(asha.person)
    const gate = await night.ask(driven)
    await night.look(0)
    expect(await acknowledge(night.pool, driven.run.id, mei)).toMatchObject({
      ok: true,
      value: { from: asha.person },
    })
    await night.look(14.9)
    expect(await pinged(driven.run.id)).toHaveLength(1)
    expect(await night.happened(driven.run.id, 'run.taken')).toMatchObject([
      { by: mei.person, from: asha.person, gate, alarms: [gate] },
    ])
    expect((await night.run(driven.run.id)).holder).toBe(mei.person)
    expect(await night.happened(driven.run.id, 'gate.answered')).toEqual([])
  })

  test('is for those who can decide', async () => {
    const { run } = await night.start()
    expect(code(await acknowledge(night.pool, run.id, eve))).toBe('not-allowed')
    expect(code(await acknowledge(night.pool, 'X-1', mei))).toBe('run-unknown')
    expect((await night.run(run.id)).heldUntil).toBeNull()
  })

  test('lapses when nothing changes: once asked, and the pings go on where they stood', async () => {
    const driven = await night.start(asha.person)
    await night.ask(driven)
    await night.look(0)
    await acknowledge(night.pool, driven.run.id, mei)
    await night.look(15.1)
    await night.look(15.1)
    expect(await night.happened(driven.run.id, 'hold.lapsed')).toMatchObject([{ holder: mei.person }])
    // The quarter of an hour in which somebody had it does not count.
    await night.look(29.9)
    expect(await pinged(driven.run.id)).toHaveLength(1)
    await night.look(30.2)
    expect((await pinged(driven.run.id))[1]).toEqual(['U0DAN', 'U0KIM'])
    expect((await night.run(driven.run.id)).holder).toBe(mei.person)
  })

  test('holds on when somebody chose something meanwhile', async () => {
    const driven = await night.start(asha.person)
    const gate = await night.ask(driven)
    await acknowledge(night.pool, driven.run.id, mei)
    const before = (await night.run(driven.run.id)).heldUntil!
    await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
    expect((await night.run(driven.run.id)).heldUntil! > before).toBe(true)
    await night.ask(driven, 'drain', 2)
    await night.look(10)
    expect(await pinged(driven.run.id)).toEqual([])
  })

  test('with nothing to be on ends in silence', async () => {
    const { run } = await night.start()
    await acknowledge(night.pool, run.id, mei)
    await night.look(16)
    expect(await night.happened(run.id, 'hold.lapsed')).toEqual([])
    expect(await night.run(run.id)).toMatchObject({ holder: mei.person, heldUntil: null })
  })

  test('is over when somebody calls for help', async () => {
    const { run } = await night.start(mei.person)
    await acknowledge(night.pool, run.id, mei)
    await call(night.pool, run.id, reason, asha)
    await night.look(0)
    expect(await pinged(run.id)).toEqual([[asha.person]])
  })
})

test('a failed step calls too; its alarm and its question are one transaction', async () => {
  const driven = await night.start(mei.person)
  await night.begins(driven, 'backup')
  await night.ends(driven, 'backup', 1, failed({ code: 'bug', reference: 'x' }))
  const gate = `${driven.run.id}/backup/1`
  expect(await night.alarms(driven.run.id)).toMatchObject([
    { id: gate, cause: { is: 'gate', gate }, pinged: [] },
  ])
})
