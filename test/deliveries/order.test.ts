import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordArrived } from '../../src/store/arrivals.ts'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { question, stopped, type History } from './history.ts'
import { openWorks, type Works } from './works.ts'

let workspace: Workspace
let works: Works
let history: History
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(async () => {
  works = await openWorks(workspace)
  history = works.history
})
afterEach(() => works.close())

/** What was shown in the thread of a run, in the order of reading. */
const thread = async (run: string): Promise<string[]> =>
  (await works.thread(`run:${run}`)).map(({ text }) => /^\{"\w+":"?[^"}]*/.exec(text)?.[0] ?? text)

describe('after an outage', () => {
  test('the live message says first how it stands, and the thread is told from where it ended to its end', async () => {
    const run = await history.start()
    works.start()
    await works.settled()
    workspace.interfere = ({ method }) => (method.startsWith('chat.') ? { status: 503 } : null)
    for (let i = 1; i <= 4; i++) await history.stepEnds(run, 'stop', i, stopped)
    const gate = await history.asks(run, 'drain', 1, question)
    await history.answer(run, gate)
    await history.stepEnds(run, 'drain', 2, stopped)
    await history.end(run)
    works.said = 'as it ended'
    await expect.poll(async () => (await history.rows()).length).toBeGreaterThan(7)
    await expect.poll(() => workspace.of('chat.update').length).toBeGreaterThan(1)
    const from = workspace.calls.length
    workspace.interfere = () => null
    await works.settled()
    works.said = 'as it is'
    const { rows } = await history.pool.query<{ seq: number }>(
      `select seq::int from lockkeeper.event where run = $1 and body ->> 'is' = 'step.ended'
       and body -> 'outcome' ->> 'status' = 'done' order by seq`,
      [run],
    )
    const [one, two, three, four, drained] = rows.map(({ seq }) => `{"event":${seq}`)
    expect((await thread(run)).slice(1)).toEqual([
      one,
      two,
      three,
      four,
      `{"gate":"${gate}`,
      drained,
      `{"ending":"${run}`,
    ])
    const done = workspace.calls
      .slice(from)
      .filter(
        ({ method, answer, args }) =>
          method.startsWith('chat.') && answer?.ok && args['channel'] === works.channel,
      )
    expect(done[0]).toMatchObject({ method: 'chat.update' })
    expect(done[0]?.args['text']).toContain(`{"run":"${run}"}`)
  })

  test('what nobody is sure of holds up its own thread alone', async () => {
    const run = await history.start()
    works.start({ pace: { doubt: 3_600_000 } })
    await works.settled()
    let lost = false
    workspace.interfere = ({ method }) => {
      if (method !== 'chat.postMessage' || lost) return null
      lost = true
      return 'lose'
    }
    await history.stepEnds(run, 'stop', 1, stopped)
    await expect.poll(async () => (await works.row(`step:${run}/stop/1`))?.state).toBe('unsure')
    await history.stepEnds(run, 'stop', 2, stopped)
    await history.made()
    await expect.poll(async () => (await works.row(`plan:${history.plan.id}`))?.state).toBe('sent')
    expect(await works.row(`step:${run}/stop/2`)).toMatchObject({ state: 'due', attempts: 0 })
    const first = (await works.messages()).find(({ text }) => text.startsWith('{"event"'))
    await recordArrived(history.pool, `step:${run}/stop/1`, { channel: works.channel, ts: first?.ts ?? '' })
    await expect.poll(async () => (await works.row(`step:${run}/stop/2`))?.state).toBe('sent')
  })
})

describe('“(may appear twice)”', () => {
  /** A step whose message is sent twice, since its first answer was lost; `arrives`: it is there all the same. */
  async function sentTwice(first: 'lose' | 'cut'): Promise<{ key: string; run: string }> {
    const run = await history.start()
    works.start()
    await works.settled()
    let lost = false
    workspace.interfere = ({ method }) => {
      if (method !== 'chat.postMessage' || lost) return null
      lost = true
      return first
    }
    await history.stepEnds(run, 'stop', 1, stopped)
    const key = `step:${run}/stop/1`
    await expect.poll(() => works.row(key)).toMatchObject({ state: 'sent', attempts: 2, twice: true })
    return { key, run }
  }
  const texts = async (run: string): Promise<string[]> =>
    (await works.thread(`run:${run}`)).slice(1).map(({ text }) => text)

  test('is taken away when Slack tells of the one message that is there', async () => {
    const { key, run } = await sentTwice('cut')
    expect(await texts(run)).toEqual([expect.stringContaining('(may appear twice)')])
    const sentAs = (await works.row(key))?.sent_as ?? { channel: '', ts: '' }
    expect(await recordArrived(history.pool, key, sentAs)).toBe('one')
    await expect.poll(() => texts(run)).toEqual([expect.not.stringContaining('twice')])
    await expect.poll(() => works.row(key)).toMatchObject({ twice: false })
    expect(await recordArrived(history.pool, key, sentAs)).toBe('known')
  })

  test('is taken away with the other message when Slack tells of two', async () => {
    const { key, run } = await sentTwice('lose')
    expect(await texts(run)).toHaveLength(2)
    const sentAs = (await works.row(key))?.sent_as
    const other = (await works.thread(`run:${run}`)).slice(1).find(({ ts }) => ts !== sentAs?.ts)
    expect(await recordArrived(history.pool, key, { channel: works.channel, ts: other?.ts ?? '' })).toBe(
      'two',
    )
    await works.channelOf().remove({ channel: works.channel, ts: other?.ts ?? '' })
    await expect.poll(() => texts(run)).toEqual([expect.not.stringContaining('twice')])
  })

  test('is taken away with the other message when Slack told of it while the second one was sent', async () => {
    const run = await history.start()
    works.start()
    await works.settled()
    let sent = 0
    workspace.interfere = async ({ method }) => {
      if (method !== 'chat.postMessage' || ++sent > 2) return null
      if (sent === 1) return 'lose'
      const first = (await works.thread(`run:${run}`))[1]
      await recordArrived(history.pool, `step:${run}/stop/1`, { channel: works.channel, ts: first?.ts ?? '' })
      return null
    }
    await history.stepEnds(run, 'stop', 1, stopped)
    await expect.poll(() => works.row(`step:${run}/stop/1`)).toMatchObject({ state: 'sent', twice: false })
    expect(await texts(run)).toEqual([expect.not.stringContaining('twice')])
  })
})
