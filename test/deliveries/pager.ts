import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { expect } from 'vitest'
import { sendPages, type PagesPace } from '../../src/deliveries/pages.ts'
import type { Contact } from '../../src/domain/escalation.ts'
import { runbookSchema } from '../../src/domain/runbook.ts'
import type { Driven } from '../../src/runs/record.ts'
import { calling, mei, openNight, type Night } from '../notices/night.ts'

export interface Told {
  path: string
  action: string
  alarm: string
  body: Record<string, string>
}

/** How a pager answers: a status, or a connection that is cut or left open. */
type Answer = number | 'cut' | 'hang'

/** Another pager, as a real server that notes what it is told. */
export interface Pager {
  url: string
  told: Told[]
  /** What it was told to do, in order. */
  actions(): string[]
  /** How it answers next; then 202. */
  answers: Answer[]
  /** Lets go of what hangs. */
  cut(): void
  close(): Promise<void>
}

/** A night whose DBA has another pager. */
export interface Paging extends Pager {
  night: Night
  /** A contact's settings for it. */
  pager(more?: Record<string, unknown>): Record<string, unknown>
  /** Begins to tell pagers; nothing else is sent, as if Slack and the mail server were away. */
  start(pace?: Partial<PagesPace>): () => Promise<void>
  /** A gate waits until it is the DBA's time. */
  paged(dba?: Record<string, unknown>): Promise<{ driven: Driven; gate: string }>
  rows(): Promise<Row[]>
  /** Until every event has its deliveries, and all that pagers are told is told. */
  settled(): Promise<void>
  /** What was logged. */
  lines: string[]
}

interface Row {
  key: string
  state: string
  error: string | null
  wanted: number
  shown: number
  postponed: boolean
}

/** Nothing of it may be seen anywhere. */
export const pagerKey = 'the-key-of-the-pager'

export const contactSchema = runbookSchema.shape.contacts.unwrap().element

/** What a pager is told, as a runbook has it. */
export const words = (action: string) => ({
  json: { action, key: '{PAGER_KEY}', alarm: '{alarm}', reason: '{reason}', contact: '{contact}' },
})

const fast: Partial<PagesPace> = { idle: 20, away: { first: 20, most: 40 }, taken: 20 }

export async function openPager(): Promise<Pager> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>
    const { action = '', alarm = '' } = body
    pager.told.push({ path: request.url ?? '', action, alarm, body })
    const next = pager.answers.shift() ?? 202
    if (next === 'hang') return
    if (next === 'cut') return void request.socket.destroy()
    response.writeHead(next).end()
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const pager: Pager = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/page`,
    told: [],
    answers: [],
    actions: () => pager.told.map(({ action }) => action),
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return pager
}

export async function openPaging(): Promise<Paging> {
  const pager = await openPager()
  const night = await openNight()
  const stopping: (() => Promise<void>)[] = []

  const paging: Paging = {
    ...pager,
    night,
    lines: [],
    pager: (more = {}) => ({
      webhook: {
        url: pager.url,
        ...words('trigger'),
        acknowledge: words('acknowledge'),
        resolve: words('resolve'),
        ...more,
      },
    }),
    start(pace = {}) {
      const ending = new AbortController()
      const log = pino({ level: 'info' }, { write: (line: string) => void paging.lines.push(line) })
      const ended = sendPages({
        pool: night.pool,
        environment: { PAGER_KEY: pagerKey },
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
    },
    async paged(dba = paging.pager()) {
      const [lead, , cto, ceo] = calling.contacts as [Contact, Contact, Contact, Contact]
      const contacts = [lead, contactSchema.parse({ role: 'DBA', ...dba }), cto, ceo]
      const driven = await night.start(mei.person, {}, { contacts })
      const gate = await night.ask(driven)
      await night.look(0)
      await night.look(16)
      return { driven, gate }
    },
    async rows() {
      const { rows } = await night.pool.query<Row>(
        `select key, state, error, wanted, shown, due_at > made_at + interval '10 ms' as postponed
         from lockkeeper.delivery where lane like 'pager %' order by seq`,
      )
      return rows
    },
    async settled() {
      await expect
        .poll(async () => {
          const { rows: waiting } = await night.pool.query(
            'select seq from lockkeeper.event where not delivered',
          )
          const open = (await paging.rows()).filter(
            ({ state, wanted, shown }) => state !== 'refused' && (state !== 'sent' || wanted > shown),
          )
          return [...waiting, ...open]
        })
        .toEqual([])
    },
    async close() {
      pager.answers.length = 0
      pager.cut()
      await Promise.all(stopping.map((stop) => stop()))
      await pager.close()
      await night.close()
    },
  }
  return paging
}
