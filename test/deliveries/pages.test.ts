import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sendPages, type PagesPace } from '../../src/deliveries/pages.ts'
import type { Contact } from '../../src/domain/escalation.ts'
import { runbookSchema } from '../../src/domain/runbook.ts'
import { call, take } from '../../src/runs/calling.ts'
import type { Driven } from '../../src/runs/record.ts'
import { testReach } from '../../src/runs/reach-tests.ts'
import { answer } from '../../src/runs/requests.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { plainText } from '../../src/views/plain.ts'
import { makeRender } from '../../src/deliveries/render.ts'
import { asha, calling, mei, openNight, type Night } from '../notices/night.ts'
import { sampleRunbook } from '../plans.ts'

interface Told {
  path: string
  action: string
  alarm: string
  body: Record<string, string>
}

/** A pager that notes what it is told, and answers as it is said. */
let told: Told[] = []
let answers: (number | 'cut' | 'hang')[] = []
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>
  told.push({ path: request.url ?? '', action: body['action'] ?? '', alarm: body['alarm'] ?? '', body })
  const next = answers.shift() ?? 202
  if (next === 'hang') return
  if (next === 'cut') return void request.socket.destroy()
  response.writeHead(next).end()
})

const contactSchema = runbookSchema.shape.contacts.unwrap().element
let night: Night
let url: string
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const stopping: (() => Promise<void>)[] = []
const lines: string[] = []
beforeEach(async () => {
  told = []
  answers = []
  night = await openNight()
})
afterEach(async () => {
  await Promise.all(stopping.splice(0).map((stop) => stop()))
  await night.close()
})

const key = 'the-key-of-the-pager'
const fast: Partial<PagesPace> = { idle: 20, away: { first: 20, most: 40 }, taken: 20 }

/** Begins to tell pagers; nothing else is sent, as if Slack and the mail server were away. */
function start(pace: Partial<PagesPace> = {}): () => Promise<void> {
  const ending = new AbortController()
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const environment = { PAGER_KEY: key }
  const ended = sendPages({
    pool: night.pool,
    environment,
    log,
    signal: ending.signal,
    pace: { ...fast, ...pace },
  })
  const stop = async () => {
    ending.abort()
    await ended
  }
  stopping.push(stop)
  return stop
}

const body = (action: string) => ({
  json: { action, key: '{PAGER_KEY}', alarm: '{alarm}', reason: '{reason}', contact: '{contact}' },
})
const pager = (more: Record<string, unknown> = {}) => ({
  webhook: {
    url: `${url}/page`,
    ...body('trigger'),
    acknowledge: body('acknowledge'),
    resolve: body('resolve'),
    ...more,
  },
})

/** A gate waits; its DBA, whose time it is, has another pager. */
async function paged(dba: Record<string, unknown> = pager()): Promise<{ driven: Driven; gate: string }> {
  const [lead, , cto, ceo] = calling.contacts as [Contact, Contact, Contact, Contact]
  const people = { contacts: [lead, contactSchema.parse({ role: 'DBA', ...dba }), cto, ceo] }
  const driven = await night.start(mei.person, {}, people)
  const gate = await night.ask(driven)
  await night.look(0)
  await night.look(16)
  return { driven, gate }
}
const actions = () => told.map(({ action }) => action)
const rows = async () => {
  const { rows: found } = await night.pool.query<{
    key: string
    state: string
    error: string
    wanted: number
    shown: number
  }>(
    `select key, state, error, wanted, shown from lockkeeper.delivery where lane like 'pager %' order by seq`,
  )
  return found
}
const postponed = async () => {
  const { rows: found } = await night.pool.query<{ late: boolean }>(
    `select due_at > made_at + interval '10 ms' as late from lockkeeper.delivery where lane like 'pager %'`,
  )
  return found[0]?.late ?? false
}

/** Until every event has its deliveries, and all that pagers are told is told. */
const settled = () =>
  expect
    .poll(async () => {
      const { rows: waiting } = await night.pool.query('select seq from lockkeeper.event where not delivered')
      const open = (await rows()).filter(
        ({ state, wanted, shown }) => state !== 'refused' && (state !== 'sent' || wanted > shown),
      )
      return [...waiting, ...open]
    })
    .toEqual([])

test('a pager is told of a ping, that somebody has it, and that it is over, each once', async () => {
  start()
  const { driven, gate } = await paged()
  await settled()
  expect(told).toMatchObject([
    {
      path: '/page',
      action: 'trigger',
      alarm: gate,
      body: {
        key,
        contact: 'DBA',
        reason: expect.stringMatching(/^HRMS is up\. Nobody has answered since/) as string,
      },
    },
  ])
  await take(night.pool, driven.run.id, mei)
  await expect.poll(actions).toEqual(['trigger', 'acknowledge'])
  await take(night.pool, driven.run.id, asha)
  await settled()
  await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
  await expect.poll(actions).toEqual(['trigger', 'acknowledge', 'resolve'])
  await settled()
  expect(actions()).toEqual(['trigger', 'acknowledge', 'resolve'])
})

test('nothing of its secret is in the store or the log', async () => {
  answers = [401]
  start()
  await paged()
  await settled()
  const { rows: found } = await night.pool.query<{ all: string }>(
    `select (select string_agg(d::text, '') from lockkeeper.delivery d) || (select string_agg(e::text, '') from lockkeeper.event e)
       || (select string_agg(p::text, '') from lockkeeper.plan p) as all`,
  )
  expect(found[0]?.all).toContain('PAGER_KEY')
  expect(found[0]?.all).not.toContain(key)
  expect(lines.join('')).toContain('another pager refused a ping')
  expect(lines.join('')).not.toContain(key)
})

describe('a ping', () => {
  test('is told again where the pager does not take it now, or its answer was lost', async () => {
    answers = [503, 'cut', 429]
    start()
    await paged()
    await settled()
    expect(actions()).toEqual(['trigger', 'trigger', 'trigger', 'trigger'])
    expect(new Set(told.map(({ alarm }) => alarm)).size).toBe(1)
  })

  test('that a process died with is told again', async () => {
    await paged()
    const stop = start()
    await settled()
    await stop()
    await night.pool.query(
      `update lockkeeper.delivery set state = 'sending', sent_as = null where lane like 'pager %'`,
    )
    start()
    await expect.poll(actions).toEqual(['trigger', 'trigger'])
    await settled()
  })

  test('that is over before it could be told is not told; one that may have arrived is taken back', async () => {
    const first = await paged()
    await answer(night.pool, { gate: { id: first.gate }, choice: 'wait', caller: mei })
    start()
    await settled()
    expect(actions()).toEqual([])
    expect(await rows()).toMatchObject([{ state: 'refused', error: 'no_longer_needed' }])

    answers = ['cut', ...Array.from({ length: 1000 }, () => 503)]
    const second = await paged()
    await expect.poll(() => told.length).toBeGreaterThan(2)
    await answer(night.pool, { gate: { id: second.gate }, choice: 'wait', caller: mei })
    answers = []
    await expect.poll(() => actions().at(-1)).toBe('resolve')
    await settled()
  })

  test('waits while somebody has it, and goes out when they have it no longer', async () => {
    const { driven } = await paged()
    await take(night.pool, driven.run.id, mei)
    start()
    await expect.poll(postponed).toBe(true)
    expect(actions()).toEqual([])
    await call(night.pool, driven.run.id, { reason: 'x', critical: false }, mei)
    await expect.poll(actions).toEqual(['trigger'])
  })

  test('does not wait for another pager that hangs', async () => {
    answers = ['hang']
    start()
    const slow = await paged(pager({ within: '1h' }))
    await expect.poll(actions).toEqual(['trigger'])
    const [lead] = calling.contacts as [Contact]
    const driven = await night.start(
      mei.person,
      {},
      {
        contacts: [{ ...lead, ...contactSchema.parse({ role: 'Lead', ...pager() }) }],
        escalation: [{ contact: 'Lead', after: 0 }],
      },
    )
    const gate = await night.ask(driven)
    await night.look(0)
    await expect.poll(() => told.map(({ alarm }) => alarm)).toEqual([slow.gate, gate])
    server.closeAllConnections()
  })
})

describe('a pager that does not take a ping', () => {
  const failures = (run: string) => night.happened(run, 'call.failed')

  test('is told of in the channel, with why', async () => {
    answers = [401]
    start()
    const { driven } = await paged()
    await expect
      .poll(() => failures(driven.run.id))
      .toMatchObject([{ by: 'pager', to: 'DBA', error: '401', goesOn: false }])
    await expect
      .poll(
        async () =>
          (
            await night.pool.query(
              `select to_address as "to", shows from lockkeeper.delivery where key like 'failed:%'`,
            )
          ).rows,
      )
      .toMatchObject([{ to: { channel: '#migrations', broadcast: true } }])
    const [event] = await failures(driven.run.id)
    const view = await makeRender({ pool: night.pool, peopleOf: async () => [] })({ event: event!.seq })
    expect(plainText(view!)).toMatch(
      /^A ping did not arrive: that to the pager of DBA \(401\)\. Call them on another way at /,
    )
  })

  test('for a minute is told of once, and tried on', async () => {
    answers = Array.from({ length: 10 }, () => 503)
    start({ late: 0 })
    const { driven } = await paged()
    await settled()
    expect(told.length).toBe(11)
    expect(await failures(driven.run.id)).toMatchObject([{ error: '503', goesOn: true }])
  })

  test('and what became of it is tried on too, the latest alone', async () => {
    start()
    const { driven, gate } = await paged()
    await settled()
    answers = [503, 503]
    await take(night.pool, driven.run.id, mei)
    await expect.poll(() => told.length).toBeGreaterThan(2)
    await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
    await expect.poll(() => actions().at(-1)).toBe('resolve')
    await settled()
    expect(actions().filter((action) => action === 'resolve')).toHaveLength(1)
  })

  test('nor knows what becomes of pings is told nothing more', async () => {
    start()
    const { driven, gate } = await paged({ webhook: { url, ...body('trigger') } })
    await settled()
    await take(night.pool, driven.run.id, mei)
    await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
    await settled()
    expect(actions()).toEqual(['trigger'])
  })
})

test('a test of who is reached is told with words of its own, and the channel shows what came of it', async () => {
  await recordStanding(night.pool, mei.person, ['migration-operators'], 3600)
  const contact = contactSchema.parse({ role: 'DBA', ...pager({ test: body('test') }) })
  const runbook = { ...sampleRunbook(), contacts: [contact], escalation: [{ contact: 'DBA', after: 0 }] }
  const reached = { people: [], mail: [], webhook: true, paused: [], onCall: null, untold: null, lost: null }
  const called = [{ contact, ...reached }]
  const begun = await testReach(night.pool, { runbook, called, after: 0, caller: mei })
  if (!begun.ok) throw new Error(JSON.stringify(begun.problem))
  start()
  await settled()
  expect(told).toMatchObject([
    {
      action: 'test',
      alarm: `test/${begun.value.id}`,
      body: { contact: 'DBA', reason: expect.stringContaining('A test, nothing has happened') as string },
    },
  ])
  const { rows: head } = await night.pool.query<{ wanted: number }>(
    'select wanted from lockkeeper.delivery where key = $1',
    [`test:${begun.value.id}`],
  )
  expect(head).toEqual([{ wanted: 2 }])
})
