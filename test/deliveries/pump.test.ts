import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { filesRefused } from '../../src/store/deliveries.ts'
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

describe('messages', () => {
  test('are sent in the order of what happened, replies in their thread, and the live one is pinned', async () => {
    await history.made()
    const run = await history.start()
    await history.stepEnds(run, 'card', 1, { status: 'done', facts: { file: 'card.sql', commands: [] } })
    await history.stepEnds(run, 'stop', 1, stopped)
    works.start()
    await works.settled()
    const live = await works.thread(`run:${run}`)
    expect(live.map(({ text, files }) => (files ? files[0]?.name : text))).toEqual([
      expect.stringContaining(`{"run":"${run}"}`),
      expect.stringContaining('{"card"'),
      'up.sql',
      expect.stringContaining('{"event"'),
    ])
    expect(
      (await works.thread(`plan:${history.plan.id}`)).some(({ files }) => files?.[0]?.name === 'up.sql'),
    ).toBe(true)
    expect((await workspace.own.pins.list({ channel: works.channel })).items).toMatchObject([
      { message: { ts: live[0]?.ts } },
    ])
  })

  test('of a thread come in the order of what happened, and a thread that asks before others', async () => {
    const held = Promise.withResolvers<null>()
    workspace.interfere = ({ method }) => (method === 'conversations.info' ? held.promise : null)
    await history.made()
    const run = await history.start()
    for (let i = 1; i <= 5; i++) await history.stepEnds(run, 'stop', i, stopped)
    await history.asks(run, 'drain', 1, question)
    works.start()
    held.resolve(null)
    await works.settled()
    const inChannel = workspace
      .of('chat.postMessage')
      .filter((call) => call.args['channel'] === works.channel)
    expect(inChannel.map((call) => /^\{"(\w+)"/.exec(call.args['text'] ?? '')?.[1])).toEqual([
      'run',
      ...Array.from({ length: 5 }, () => 'event'),
      'gate',
      'plan',
      'planDetails',
    ])
    expect(inChannel[6]?.args['reply_broadcast']).toBe('true')
    expect(workspace.of('chat.postMessage').some((call) => call.args['channel'] === history.asha)).toBe(true)
  })

  test('show what is answered, and the live one is unpinned when the run has ended', async () => {
    const run = await history.start()
    const gate = await history.asks(run, 'drain', 1, question)
    works.start()
    await works.settled()
    works.said = 'after the answer'
    await history.answer(run, gate)
    await history.end(run)
    await works.settled()
    works.said = 'as it is'
    const texts = await works.thread(`run:${run}`)
    expect(texts.find(({ text }) => text.includes('{"gate"'))?.text).toContain('after the answer')
    expect(texts[0]?.text).toContain('after the answer')
    await expect
      .poll(async () => (await workspace.own.pins.list({ channel: works.channel })).items)
      .toEqual([])
  })

  test('keep the pace of one post a second and channel, direct messages at their own', async () => {
    const run = await history.start()
    for (let i = 1; i <= 3; i++) await history.stepEnds(run, 'stop', i, stopped)
    works.start({ pace: { postEvery: 120 } })
    await works.settled()
    const times = workspace.of('chat.postMessage').map((call) => call.at)
    expect(times).toHaveLength(4)
    for (const [i, at] of times.entries()) if (i) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(115)
  })

  test('of 1,000 events make one edit of the live message at a time, not 1,000', async () => {
    const run = await history.start()
    const refreshEvery = 200
    works.start({ pace: { refreshEvery } })
    await works.settled()
    const began = performance.now()
    await history.pool.query(
      `insert into lockkeeper.event (by, run, plan, key, body)
       select 'x', $1, $2, 'many-' || n, '{"is":"run.cancelled"}' from generate_series(1, 1000) n`,
      [run, history.plan.id],
    )
    await works.settled()
    expect(works.edits().length).toBeGreaterThan(0)
    // One at once, one for each 200 ms that it took, and one for the end.
    expect(works.edits().length).toBeLessThan((performance.now() - began) / refreshEvery + 3)
  })
})

test('files that Slack refuses are said in the message that promised them', async () => {
  workspace.interfere = ({ method }) =>
    method === 'files.completeUploadExternal'
      ? { status: 200, json: { ok: false, error: 'file_upload_size_restricted' } }
      : null
  await history.made()
  const details = { planDetails: history.plan.id }
  works.start()
  await expect.poll(() => filesRefused(history.pool, details)).toBe('file_upload_size_restricted')
  await expect
    .poll(() => works.row(`plan:${history.plan.id}/details`))
    .toMatchObject({ state: 'sent', wanted: 2, shown: 2 })
  expect((await works.row(`plan:${history.plan.id}`))?.wanted).toBe(1)
})

describe('the live message', () => {
  test('is edited when a step moves on, at most once in a while', async () => {
    const run = await history.start()
    works.start({ pace: { refreshEvery: 150 } })
    await works.settled()
    for (let i = 0; i < 10; i++) await history.touch(run)
    await expect.poll(works.edits).toHaveLength(1)
    await history.touch(run)
    await expect.poll(works.edits).toHaveLength(2)
    const [one, two] = works.edits()
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(145)
  })

  test('is edited when only how far a step is has changed', async () => {
    const run = await history.start()
    await history.pool.query(`insert into lockkeeper.attempt (run, step, attempt) values ($1, 'drain', 1)`, [
      run,
    ])
    works.start()
    await works.settled()
    await history.pool.query(
      `update lockkeeper.attempt set progress = '{"done":3,"of":41,"unit":"sessions","at":null}' where run = $1`,
      [run],
    )
    await expect.poll(works.edits).toHaveLength(1)
  })

  test('is written again now and then while its run lasts, so that a reader sees that we live', async () => {
    const run = await history.start()
    works.start({ pace: { heartbeat: 100 } })
    await expect.poll(() => works.edits().length).toBeGreaterThanOrEqual(2)
    await history.end(run)
    await works.settled()
    const at = works.edits().length
    await history.made()
    await works.settled()
    expect(works.edits().length - at).toBeLessThanOrEqual(1)
  })

  test('shares one budget of edits with all others', async () => {
    const runs = [await history.start(), await history.start(), await history.start()]
    works.start({ pace: { updatesPerMinute: 1 } })
    await works.settled()
    for (const run of runs) await history.touch(run)
    await expect.poll(works.edits).toHaveLength(1)
    await history.made()
    await expect.poll(async () => (await works.states())[`plan:${history.plan.id}`]).toBe('sent')
    expect(works.edits()).toHaveLength(1)
  })

  test('that somebody deleted is posted anew with the next event', async () => {
    const run = await history.start()
    const { lines } = works.start()
    await works.settled()
    const first = await works.row(`run:${run}`)
    await workspace.own.chat.delete({ channel: works.channel, ts: first?.sent_as?.ts ?? '' })
    await history.touch(run)
    await expect.poll(async () => (await works.row(`run:${run}`))?.error).toBe('message_not_found')
    await history.happen({ is: 'run.cancelled' }, run)
    await works.settled()
    expect((await works.row(`run:${run}`))?.sent_as?.ts).not.toBe(first?.sent_as?.ts)
    expect(lines.some((line) => line['msg'] === 'Slack refused an edit')).toBe(true)
  })
})
