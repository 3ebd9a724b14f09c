import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Question } from '../../src/domain/question.ts'
import type { Session } from '../../src/domain/session.ts'
import { answer } from '../../src/runs/requests.ts'
import { start } from '../../src/runs/starting.ts'
import { attemptsOf, beginAttempt, finishAttempt } from '../../src/store/attempts.ts'
import { gateById, openGate } from '../../src/store/gates.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { cancelOf, endRun } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import type { Routes } from '../../src/domain/step.ts'
import { samplePlan, smallRoutes } from '../plans.ts'
import { asha, fill, formOf, mei, openOffice, saidBy, type Office } from './office.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
  await recordStanding(office.pool, asha.person, ['migration-operators'], 60)
})
afterEach(() => office.close())

const typed = async (...words: string[]) => saidBy(await office.desk.typed(asha, words))

let targets = 0
/** A run whose steps are done up to this one; each has a target of its own. */
async function runAt(step: string, routes: Routes = smallRoutes()): Promise<string> {
  const { pool } = office
  const identity = {
    systemIdentifier: '7',
    timeline: 1,
    databaseOid: ++targets,
    database: 'hrms',
    host: 'db:5432',
  }
  const plan = samplePlan({ kind: 'migrate', identity, routes })
  plan.approved.runbook.approvals = []
  await insertPlan(pool, plan, `target ${targets}`)
  const started = await start(pool, plan.id, asha)
  if (!started.ok) throw new Error(started.problem.code)
  for (const { id } of routes.forward) {
    if (id === step) break
    await ended(started.value.run, id, { status: 'done', facts: {} })
  }
  return started.value.run
}

async function ended(run: string, step: string, outcome: Outcome): Promise<void> {
  await beginAttempt(office.pool, run, step, 1)
  await finishAttempt(office.pool, run, step, 1, outcome)
}

const session = (pid: number): Session => ({
  pid,
  backendStart: '2025-11-13T02:39:10.000000Z',
  xactStart: '2025-11-13T02:39:11.000000Z',
  backendType: 'client backend',
  role: 'reporting',
  application: 'Metabase',
  client: '10.0.0.5',
  state: 'idle in transaction',
  stateSince: '2025-11-13T02:39:12.000Z',
  wrote: false,
  command: 'SELECT',
})

const sessionsLeft: Question = {
  code: 'sessions-left',
  sessions: [session(4242), session(4250)],
  ended: 0,
  changed: [],
  choices: ['terminate', 'wait', 'back-out'],
}

async function asking(
  step: string,
  question: Question,
  routes?: Routes,
): Promise<{ run: string; gate: string }> {
  const run = await runAt(step, routes)
  await ended(run, step, { status: 'asks', question })
  return { run, gate: await openGate(office.pool, run, step, 1, question) }
}

const answerAt = async (gate: string) => (await gateById(office.pool, gate))?.answer

test('a choice that needs no confirmation counts at once; the second click finds it answered (answered-already)', async () => {
  const { run, gate } = await asking('drain', sessionsLeft)
  const press = () => office.desk.pressed(asha, 'answer', { run, gate, choice: 'wait' })
  const reply = await press()
  expect(saidBy(reply)).toContain(`Run ${run} goes on`)
  expect(reply).toMatchObject({ run })
  expect(await answerAt(gate)).toEqual({ choice: 'wait', by: 'U_ASHA', via: 'slack' })
  expect(saidBy(await press())).toContain('Already answered by @U_ASHA')
})

test('typed without a run it is the one that asks; without a choice they are shown, numbered as in its message', async () => {
  const { run, gate } = await asking('drain', sessionsLeft)
  await runAt('stop')
  const shown = formOf(await office.desk.typed(asha, ['answer']))
  const said = saidBy(shown)
  expect(said).toContain('4242 · reporting · Metabase')
  expect(said).toContain('1. Choose — ends the sessions that you tick')
  expect(said).toContain('[Choice | Choose | Wait 1 s | Go back]')
  expect(saidBy(await fill(office, asha, shown, { choice: 'wait' }))).toContain(`Run ${run} goes on`)
  expect(await answerAt(gate)).toMatchObject({ choice: 'wait' })
})

test('what is shown may be typed: a choice’s words, with blanks or hyphens, as well as its name', async () => {
  for (const words of [['terminate'], ['choose'], ['Choose'], ['CHOOSE…']]) {
    const { run } = await asking('drain', sessionsLeft)
    expect(saidBy(await office.desk.typed(asha, ['answer', run, ...words]))).toContain(
      '[End these sessions |',
    )
  }
  for (const words of [['back-out'], ['go', 'back'], ['Go back'], ['go-back']]) {
    const { run } = await asking('drain', sessionsLeft)
    expect(formOf(await office.desk.typed(asha, ['answer', run, ...words])).form.submit).toBe('Go back')
  }
  const { run, gate } = await asking('drain', sessionsLeft)
  expect(await typed('answer', run, 'wait', '1', 's')).toContain(`Run ${run} goes on`)
  expect(await answerAt(gate)).toMatchObject({ choice: 'wait' })
})

test('a number of the list may be typed, and is read back before it counts: meanwhile it may be another question’s', async () => {
  const { run, gate } = await asking('drain', sessionsLeft)
  const form = formOf(await office.desk.typed(asha, ['answer', run, '2']))
  expect(saidBy(form)).toContain('Wait 1 s: waits 1 s more for them to leave by themselves')
  expect(await answerAt(gate)).toBeNull()
  await fill(office, asha, form)
  expect(await answerAt(gate)).toMatchObject({ choice: 'wait' })
  const { run: other } = await asking('drain', sessionsLeft)
  for (const none of ['0', '4', '2nd'])
    expect(await typed('answer', other, none)).toContain(`${none} is none of the choices`)
})

test('of several runs that ask one is picked, then its choice, then it is confirmed', async () => {
  const [one, other] = [await asking('drain', sessionsLeft), await asking('drain', sessionsLeft)]
  const runs = formOf(await office.desk.typed(asha, ['answer']))
  expect(saidBy(runs)).toContain(
    `[Run | ${one.run} · AddSecurityEnhancements on hrms_master | ${other.run} · `,
  )
  const choices = formOf(await fill(office, asha, runs, { run: other.run }))
  const confirm = formOf(await fill(office, asha, choices, { choice: 'back-out' }))
  expect(saidBy(confirm)).toContain('Go back: the run ends; HRMS was never down')
  expect(saidBy(await fill(office, asha, confirm))).toContain(`Run ${other.run} goes on`)
  expect(await answerAt(one.gate)).toBeNull()
  expect(await answerAt(other.gate)).toMatchObject({ choice: 'back-out' })
})

test('ticked sessions are named by their very transaction; nothing ticked is no answer (input-wrong)', async () => {
  const { run, gate } = await asking('drain', sessionsLeft)
  const form = formOf(await office.desk.typed(asha, ['answer', run, 'terminate']))
  expect(saidBy(form)).toContain('[End these sessions | 4242 · reporting')
  expect(await fill(office, asha, form, { sessions: [] })).toEqual({
    faults: [{ field: 'sessions', why: expect.stringContaining('nothing is ticked') }],
  })
  await fill(office, asha, form, { sessions: ['4250', '9999'] })
  const { pid, backendStart, xactStart } = session(4250)
  expect(await answerAt(gate)).toMatchObject({
    choice: 'terminate',
    with: { sessions: [{ pid, backendStart, xactStart }] },
  })
})

test('a loss that grew is accepted as a number of rows; what is no number is said at its field (number-mistyped)', async () => {
  const { run, gate } = await asking('migrate', {
    code: 'loss-grew',
    accepted: 0,
    counted: 1212,
    choices: ['go-on', 'back-out'],
  })
  const form = formOf(await office.desk.typed(asha, ['answer', run, 'go-on']))
  expect(await fill(office, asha, form, { accepted: 'all' })).toEqual({
    faults: [{ field: 'accepted', why: 'all is not a number of rows. Type digits, e.g. 212.' }],
  })
  await fill(office, asha, form, { accepted: ' 1,212 ' })
  expect(await answerAt(gate)).toMatchObject({ choice: 'go-on', with: { accepted: 1212 } })
})

test('a check of the database that failed is passed over with a reason, which is kept with the answer', async () => {
  const { run, gate } = await asking('verify', {
    code: 'step-failed',
    problem: { code: 'verification-failed', failed: [] },
    choices: ['retry', 'roll-back', 'go-on'],
  })
  const form = formOf(await office.desk.typed(asha, ['answer', run, 'go-on']))
  expect(await fill(office, asha, form, { reason: ' ' })).toMatchObject({ faults: [{ field: 'reason' }] })
  await fill(office, asha, form, { reason: 'The expected default was dropped by hand' })
  expect(await answerAt(gate)).toMatchObject({
    choice: 'go-on',
    with: { reason: 'The expected default was dropped by hand' },
  })
})

test('to leave it is noted, and the question stays open', async () => {
  const { run, gate } = await asking('drain', { ...sessionsLeft, choices: ['wait', 'leave'] })
  expect(await typed('answer', run, 'leave')).toContain('still waits for an answer')
  expect(await gateById(office.pool, gate)).toMatchObject({ answer: null, leftBy: 'U_ASHA' })
})

test('what cannot be answered says why: another word (choice-unknown), nothing asked (gate-none), over (run-ended), never begun (run-unknown)', async () => {
  expect(await typed('answer')).toContain('Which run?')
  const quiet = await runAt('stop')
  expect(await typed('answer')).toContain(`Run ${quiet} asks nothing at the moment`)
  const { run } = await asking('drain', sessionsLeft)
  expect(await typed('answer', run.toLowerCase(), 'yes')).toBe(
    'yes is none of the choices.\nNext: Answer with terminate (1. Choose) or wait (2. Wait 1 s) or back-out (3. Go back); the number or the words in brackets do, too.',
  )
  await endRun(office.pool, run, 'backed-out')
  expect(await typed('answer', run, 'wait')).toContain(`Run ${run} ended`)
  expect(await typed('answer', '7F3A-9', 'wait')).toContain('There is no run 7F3A-9')
})

test('cancel says what it means now, and does that: before migrate everything is given back', async () => {
  const run = await runAt('drain')
  const form = formOf(await office.desk.typed(asha, ['cancel']))
  expect(saidBy(form)).toContain(
    'Cancel: the run ends; HRMS was never down, nothing is migrated, nothing is lost',
  )
  expect(saidBy(await fill(office, asha, form))).toContain('stops its present step')
  expect(await cancelOf(office.pool, run)).toEqual({ choice: 'back-out', by: 'U_ASHA', via: 'slack' })
})

test('after migrate it takes the migration back, and a form from before that does nothing (cancel-changed)', async () => {
  const run = await runAt('migrate')
  const early = formOf(await office.desk.pressed(asha, 'cancel', { run }))
  await ended(run, 'migrate', { status: 'done', facts: {} })
  expect(saidBy(await fill(office, asha, early))).toContain(
    `Run ${run} went on meanwhile: cancelling it now takes the migration back`,
  )
  expect(await cancelOf(office.pool, run)).toBeNull()
  const late = formOf(await office.desk.typed(asha, ['cancel', run]))
  expect(saidBy(late)).toContain('Cancel: runs the way down, then HRMS is back')
  await fill(office, asha, late)
  expect(await cancelOf(office.pool, run)).toEqual({ choice: 'roll-back', by: 'U_ASHA', via: 'slack' })
})

test('of several runs the one to cancel is picked; a plan that is being run means its run', async () => {
  const [one, other] = [await runAt('drain'), await runAt('drain')]
  const select = formOf(await office.desk.typed(asha, ['cancel']))
  const form = formOf(await fill(office, asha, select, { run: one }))
  await fill(office, asha, form)
  expect(await cancelOf(office.pool, one)).not.toBeNull()
  const byPlan = formOf(await office.desk.typed(asha, ['cancel', other.split('-')[0] ?? '']))
  await fill(office, asha, byPlan)
  expect(await cancelOf(office.pool, other)).not.toBeNull()
})

test('a run with no way back says why: users are in (run-past-admit), no way down (run-cannot-go-back), on its way (run-goes-back)', async () => {
  const over = await runAt('')
  expect(await typed('cancel', over)).toContain(`Users are in again: run ${over}`)
  const oneWay = await runAt('start', { ...smallRoutes(), 'roll-back': null })
  expect(await typed('cancel', oneWay)).toContain('has migrated, and there is no way down')
  const { run, gate } = await asking('drain', sessionsLeft)
  await recordStanding(office.pool, mei.person, ['migration-operators'], 60)
  await answer(office.pool, { gate: { id: gate }, choice: 'back-out', caller: mei })
  expect((await attemptsOf(office.pool, run)).at(-1)?.answer?.by).toBe('U_MEI')
  expect(await typed('cancel', run)).toContain(`Run ${run} is being reverted (started by @U_MEI)`)
})

test('a plan is discarded after a word about it, once (plan-gone)', async () => {
  const plan = samplePlan()
  await insertPlan(office.pool, plan, 'elsewhere')
  const form = formOf(await office.desk.typed(asha, ['cancel', plan.id]))
  expect(saidBy(form)).toContain('the plan and its approvals are closed for good')
  expect(saidBy(await fill(office, asha, form))).toBe(`Plan ${plan.id} is discarded. Nothing was run.`)
  expect(saidBy(await fill(office, asha, form))).toContain(`Plan ${plan.id} was discarded by @U_ASHA`)
})
