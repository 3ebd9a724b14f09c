import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRender, type Render } from '../../src/deliveries/render.ts'
import { eventsOfRun } from '../../src/store/events.ts'
import { insertApproval } from '../../src/store/plans.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { openHistory, question, stopped, type History } from './history.ts'

const renderOf = ({ pool }: History): Render =>
  makeRender({
    pool,
    peopleOf: async (role) => (role === 'cto' ? ['U0CTO', 'U0ASHA'] : ['U0DAN', 'U0MEI', 'U0ASHA']),
    now: () => '2025-11-13T03:01:16.000Z',
  })

let history: History
let render: Render
let run: string
let gate: string
beforeAll(async () => {
  history = await openHistory('C0OPS', 'U0ASHA')
  render = renderOf(history)
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

const drawn = async (shows: Parameters<Render>[0], by = render): Promise<string> => {
  const view = await by(shows)
  if (!view) throw new Error('nothing was drawn')
  return plainText(view)
}

test('messages and the break-glass card name Lockkeeper as it is called on the bot’s host', async () => {
  const onHost = makeRender({
    pool: history.pool,
    peopleOf: async () => [],
    command: 'cd /srv/bot && npx --no -- lockkeeper',
  })
  expect(await drawn({ gate }, onHost)).toContain(
    `Without Slack: cd /srv/bot && npx --no -- lockkeeper answer ${run}`,
  )
  const card = await onHost({ card: run })
  expect(card && plainText(card)).toContain('really gone: cd /srv/bot && npx --no -- lockkeeper status.')
  expect(card?.files?.[0]?.content).toContain('gone: cd /srv/bot && npx --no -- lockkeeper status\n')
})

test('a plan is drawn with whom it waits for: not its author, and nobody who has spoken', async () => {
  const waiting = await openHistory('C0OPS', 'U0ASHA')
  const { id, digest } = waiting.plan
  const approvers = async () =>
    (await drawn({ plan: id }, renderOf(waiting))).split('\n').find((line) => line.startsWith('Waits for:'))
  expect(await approvers()).toMatch(/U0CTO.*U0DAN|U0DAN.*U0CTO/)
  const reviewed = { person: 'U0DAN', says: 'reviewed', role: 'database-team', digest }
  await insertApproval(waiting.pool, id, reviewed)
  const left = await approvers()
  expect(left).toContain('U0CTO')
  expect(left).not.toContain('U0DAN')
  expect(left).not.toContain('U0MEI')
  await waiting.close()
})

test('a plan whose author is the only one with a role says that nobody else can say it', async () => {
  const alone = await openHistory('C0OPS', 'U0ASHA')
  const by = (cto: string[]) =>
    makeRender({ pool: alone.pool, peopleOf: async (role) => (role === 'cto' ? cto : ['U0DAN']) })
  const shows = { plan: alone.plan.id }
  expect(await drawn(shows, by(['U0ASHA']))).toContain('Nobody is known who can still say approved')
  expect(await drawn(shows, by(['U0ASHA', 'U0MEI']))).not.toContain('Nobody is known')
  expect(await drawn(shows, by([]))).not.toContain('Nobody is known')
  await alone.close()
})

test('a plan that is being run says by whom and as what, and is not offered for a run', async () => {
  const view = await render({ plan: history.plan.id })
  expect(plainText(view!)).toContain(`is being run by @U0ASHA`)
  expect(plainText(view!)).toContain(`as ${run}`)
  expect(view?.actions.map(({ label }) => label)).toEqual(['What happened'])
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
