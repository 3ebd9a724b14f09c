import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failed } from '../../src/domain/outcome.ts'
import { ok } from '../../src/domain/result.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import { escalate as escalateAll } from '../../src/notices/escalation.ts'
import { begin, finish } from '../../src/runs/record.ts'
import { openAlarmsOf } from '../../src/store/alarms.ts'
import { insertPlan, planById } from '../../src/store/plans.ts'
import { endRun, insertRun, raiseFence, runById } from '../../src/store/runs.ts'
import { insertSchedule } from '../../src/store/schedules.ts'
import { calling } from '../notices/night.ts'
import { samplePlan, sampleRunbook } from '../plans.ts'
import {
  asha,
  dan,
  eve,
  fill,
  formOf,
  guest,
  mei,
  openOffice,
  openPlanOf,
  saidBy,
  type Office,
} from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

let targets = 0
async function runOf(changes: Partial<Runbook> = {}): Promise<string> {
  const plan = samplePlan({ runbook: { ...sampleRunbook(), ...calling, ...changes } })
  await insertPlan(office.pool, plan, 'target')
  return insertRun(office.pool, plan, `calling-${targets++}`, asha.person)
}

/** It fails at its first step, and asks. */
async function fails(id: string): Promise<void> {
  const raised = await raiseFence(office.pool, id)
  const run = (await runById(office.pool, id))!
  const driven = { pool: office.pool, run, fence: raised?.fence ?? 0 }
  const step = run.plan.approved.routes.forward[0]!
  await begin(driven, step, 1, run.startedAt)
  await finish(driven, step, 1, failed({ code: 'bug', reference: 'x' }))
}

const says = async (...given: Parameters<Office['desk']['typed']>) =>
  saidBy(await office.desk.typed(...given))

describe('ack', () => {
  test('says who acknowledged, and what is still to be chosen', async () => {
    const run = await runOf()
    await fails(run)
    const said = await says(mei, ['ack', run.toLowerCase()])
    expect(said).toMatch(
      new RegExp(
        `^You acknowledged run ${run}\\. HRMS is up\\. Still to be chosen: Stopped at Backup; hrms_master is unchanged`,
      ),
    )
    expect(said).toContain('1. Retry — does Backup again')
    expect(said).toContain('Nobody else is pinged until')
    expect(await says(asha, ['status', run])).toContain('Acknowledged by @U_MEI at')
    await endRun(office.pool, run, 'done')
  })

  test('by somebody who may not decide is refused, with who can', async () => {
    const run = await runOf()
    for (const who of [dan, eve]) {
      const said = await says(who, ['ack', run])
      expect(said).toContain('Only migration-operators may use /migrate ack')
      expect(said).toContain('@U_ASHA or @U_MEI')
    }
    expect(await says(guest, ['ack', run])).toContain('guests of the workspace may not')
    expect((await runById(office.pool, run))?.holder).toBe(asha.person)
    await endRun(office.pool, run, 'done')
  })

  test('without a name acknowledges the only run, and asks which where there are two', async () => {
    const one = await runOf()
    expect(await says(mei, ['ack'])).toContain(`You acknowledged run ${one}. HRMS is up. It asks nothing now`)
    const two = await runOf()
    const asked = formOf(await office.desk.typed(mei, ['ack']))
    expect(saidBy(asked)).toContain(two)
    expect(saidBy(await fill(office, mei, asked, { run: two }))).toContain(`You acknowledged run ${two}`)
    for (const run of [one, two]) await endRun(office.pool, run, 'done')
    expect(await says(mei, ['ack', one])).toContain('ended')
  })
})

describe('escalate', () => {
  test('says who is pinged now, who comes next, and whom to call by telephone', async () => {
    const run = await runOf()
    expect(await says(asha, ['escalate', run, 'payroll', 'stands', 'still'])).toMatch(
      new RegExp(`^Called for help: run ${run}\\. Pinged now: Lead; DBA at [0-9:]+ UTC\n`),
    )
    expect(await openAlarmsOf(office.pool, run)).toMatchObject([
      { critical: false, cause: { is: 'called', by: asha.person, reason: 'payroll stands still' } },
    ])
    const critical = await says(mei, ['escalate', run, 'critical', 'nobody', 'is', 'paid'])
    expect(critical).toContain('Pinged now: Lead, CTO; DBA at')
    expect(critical).toContain('Call CEO yourself: +230 2')
    expect(await openAlarmsOf(office.pool, run)).toMatchObject([
      { critical: true, cause: { reason: 'nobody is paid' } },
    ])
    await endRun(office.pool, run, 'done')
  })

  test('says who is not pinged again, and the one who comes next for the question, too', async () => {
    const run = await runOf()
    await fails(run)
    await escalateAll(office.pool, {
      members: async () => [],
      quietOf: async () => null,
      onCall: async () => ok({ people: [], mail: [] }),
      mails: false,
    })
    const said = await says(asha, ['escalate', run, 'payroll', 'stands', 'still'])
    const [question] = await openAlarmsOf(office.pool, run)
    const next = new Date(Date.parse(question!.since) + 15 * 60_000).toISOString().slice(11, 19)
    expect(said).toMatch(
      new RegExp(`^Called for help: run ${run}\\. Nobody is pinged at once; DBA at ${next} UTC\\n`),
    )
    expect(said).toContain('Not again, since they were pinged within the last 5 min: Lead.')
    await endRun(office.pool, run, 'done')
  })

  test('asks for the reason and how bad it is where nobody said', async () => {
    const run = await runOf()
    const asked = formOf(await office.desk.typed(asha, ['escalate', run]))
    expect(saidBy(asked)).toContain('CTO after 30 min, at once when it is critical')
    expect(saidBy(asked)).toContain('CEO only at once when it is critical')
    expect(saidBy(await fill(office, asha, asked, { reason: ' ', impact: 'usual' }))).toContain(
      'reason: is empty',
    )
    expect(await openAlarmsOf(office.pool, run)).toEqual([])
    const said = saidBy(await fill(office, asha, asked, { reason: 'help', impact: 'critical' }))
    expect(said).toContain('Called for help')
    expect(await openAlarmsOf(office.pool, run)).toMatchObject([{ critical: true }])
    await endRun(office.pool, run, 'done')
  })

  test('keeps secrets out of what everybody reads', async () => {
    const run = await runOf()
    office.house.secrets.know(((await office.house.runbooks.find('add-security-enhancements')) as any).value)
    await says(asha, ['escalate', run, 'the password is Test123!'])
    const [alarm] = await openAlarmsOf(office.pool, run)
    expect(JSON.stringify(alarm)).not.toContain('Test123!')
    await endRun(office.pool, run, 'done')
  })

  test('is refused to who may not, and says who can where the runbook names nobody', async () => {
    const run = await runOf({ escalation: [] })
    expect(await says(eve, ['escalate', run, 'x'])).toContain(
      'Only migration-operators may use /migrate escalate',
    )
    const said = await says(asha, ['escalate', run, 'x'])
    expect(said).toContain('Runbook add-security-enhancements names nobody to call')
    expect(said).toContain('/migrate who add-security-enhancements')
    await endRun(office.pool, run, 'done')
  })
})

test('a plan says who of the escalation could not be reached when it is to run, and is made all the same', async () => {
  const start = new Date(Date.now() + 7 * 86_400_000)
  const at = (hours: number) => new Date(start.getTime() - 5 * 86_400_000 + hours * 3_600_000).toISOString()
  const runbook = await office.house.runbooks.find('add-security-enhancements')
  if (!runbook.ok) throw new Error(JSON.stringify(runbook.problem))
  const window = { start: start.toISOString(), end: new Date(start.getTime() + 1_800_000).toISOString() }
  await insertSchedule(office.pool, runbook.value, window, { by: asha.person })
  office.quiet['U0ASHA0001'] = { from: at(-2), until: at(3) }
  office.gone['U0MEI00003'] = 'deleted'
  await office.desk.typed(asha, ['plan'])
  const plan = (await planById(office.pool, await openPlanOf(office)))!
  const check = plan.measured.checks.find(({ name }) => name === 'People of the escalation')
  expect(check?.findings).toMatchObject([
    { level: 'warning', problem: { code: 'pager-slack-only' } },
    { level: 'warning', problem: { code: 'contact-gone', person: 'U0MEI00003' } },
    { level: 'warning', problem: { code: 'contact-undecided', contact: 'Migration Lead' } },
    { level: 'warning', problem: { code: 'contact-undecided', contact: 'CTO' } },
    { level: 'note', problem: { code: 'contact-paused', at: window.start, planned: true } },
  ])
})
