import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRender, type Render } from '../../src/deliveries/render.ts'
import { eventsOfRun } from '../../src/store/events.ts'
import { insertApproval } from '../../src/store/plans.ts'
import { plainText } from '../../src/views/plain.ts'
import { openHistory, question, stopped, type History } from './history.ts'

let history: History
let render: Render
let run: string
let gate: string
beforeAll(async () => {
  history = await openHistory('C0OPS', 'U0ASHA')
  render = makeRender({
    pool: history.pool,
    peopleOf: async (role) => (role === 'cto' ? ['U0CTO', 'U0ASHA'] : ['U0DAN', 'U0MEI', 'U0ASHA']),
    now: () => '2025-11-13T03:01:16.000Z',
  })
  run = await history.start()
  await history.stepEnds(run, 'card', 1, {
    status: 'done',
    facts: {
      file: '/runs/card.txt',
      commands: [{ what: 'Open the database', command: 'psql -c "grant connect …"' }],
    },
  })
  await history.stepEnds(run, 'stop', 1, stopped)
  gate = await history.asks(run, 'drain', 1, question)
})
afterAll(() => history.close())

const drawn = async (shows: Parameters<Render>[0]): Promise<string> => {
  const view = await render(shows)
  if (!view) throw new Error('nothing was drawn')
  return plainText(view)
}

test('a plan is drawn with whom it waits for: not its author, and nobody who has spoken', async () => {
  const { id, digest } = history.plan
  const before = await drawn({ plan: id })
  expect(before).toContain('U0CTO')
  expect(before).toContain('U0DAN')
  await insertApproval(history.pool, id, { person: 'U0DAN', says: 'reviewed', role: 'database-team', digest })
  const approvers = (await drawn({ plan: id })).split('\n').find((line) => line.startsWith('Waits for:'))
  expect(approvers).toContain('U0CTO')
  expect(approvers).not.toContain('U0DAN')
  expect(approvers).not.toContain('U0MEI')
})

test('the details of a plan are drawn', async () => {
  expect(await drawn({ planDetails: history.plan.id })).toContain(history.plan.id)
})

test('a run is drawn as it is now, with the question it waits for and when this was written', async () => {
  const text = await drawn({ run })
  expect(text).toContain('03:01:16 UTC')
  expect(text).toContain('Waits for an answer')
})

test('a step is drawn from its event', async () => {
  const events = await eventsOfRun(history.pool, run, 10)
  const stop = events.find((event) => event.is === 'step.ended' && event.step === 'stop')
  expect(await drawn({ event: stop?.seq ?? 0 })).toContain('hrms-api')
})

test('the break-glass card is drawn from what its step made', async () => {
  expect(await drawn({ card: run })).toContain('grant connect')
})

test('a gate is drawn with its choices, and without them once it is answered', async () => {
  expect((await render({ gate }))?.actions.length).toBeGreaterThan(0)
  await history.answer(run, gate)
  expect((await render({ gate }))?.actions).toEqual([])
})

test('an ending is drawn', async () => {
  await history.end(run)
  expect(await drawn({ ending: run })).toContain(run)
})

test('what is not in the store is not drawn', async () => {
  const nothing = [
    { plan: 'x' },
    { planDetails: 'x' },
    { run: 'x' },
    { gate: 'x' },
    { ending: 'x' },
    { card: 'x' },
    { event: 0 },
  ]
  for (const shows of nothing) expect(await render(shows as Parameters<Render>[0])).toBeNull()
})
