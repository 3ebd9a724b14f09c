import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { says, tellWebhook, type Does } from '../../src/adapters/webhook.ts'
import { runbookSchema } from '../../src/domain/runbook.ts'
import type { WebhookValues } from '../../src/domain/webhook.ts'
import { deadUrl } from '../slack/workspace.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: unknown
}

const seen: Seen[] = []
let status = 202
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method, url, headers } = request
  seen.push({ method, url, headers, body: JSON.parse(Buffer.concat(chunks).toString()) })
  if (url === '/silent') return
  if (url === '/cut') return void request.socket.destroy()
  response.writeHead(status).end('not read')
}
const server = createServer((request, response) => void serve(request, response))
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const contactSchema = runbookSchema.shape.contacts.unwrap().element
const values: WebhookValues = {
  alarm: '7F3A-1/drain/1',
  run: '7F3A-1',
  runbook: 'add-security-enhancements',
  product: 'HRMS',
  database: 'hrms_master',
  contact: 'DBA',
  reason: 'HRMS is down: "quoted" {alarm}',
  details: 'line one\nline two',
  since: '2025-11-13T03:01:12.000Z',
  url: '',
}
const environment = { PAGER_KEY: 'the-key', PAGER_URL: `${at}/whole` }

function tell(given: Record<string, unknown>, does: Does = 'ping') {
  const { webhook } = contactSchema.parse({ role: 'DBA', webhook: { url: at, json: {}, ...given } })
  return tellWebhook(webhook!, does, values, environment)
}

test('a ping is posted with what happened, and with secrets from the environment alone', async () => {
  status = 202
  const json = {
    routing_key: '{PAGER_KEY}',
    dedup_key: 'lockkeeper {alarm}',
    payload: { summary: '{product}: {reason}', custom: ['{details}', 7, null] },
  }
  expect(await tell({ headers: { 'X-Token': 'Key {PAGER_KEY}' }, json })).toEqual({ taken: true })
  expect(seen.at(-1)).toMatchObject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/json', 'x-token': 'Key the-key' },
    body: {
      routing_key: 'the-key',
      dedup_key: 'lockkeeper 7F3A-1/drain/1',
      payload: { summary: 'HRMS: HRMS is down: "quoted" {alarm}', custom: ['line one\nline two', 7, null] },
    },
  })
})

test('its URL may be a secret as a whole, or hold what happened as one part of its path', async () => {
  await tell({ url: '{PAGER_URL}' })
  expect(seen.at(-1)?.url).toBe('/whole')
  const acknowledge = {
    url: `${at}/alerts/{alarm}/acknowledge?identifierType=alias`,
    json: { note: '{run}' },
  }
  await tell({ acknowledge }, 'acknowledge')
  expect(seen.at(-1)).toMatchObject({
    url: '/alerts/7F3A-1%2Fdrain%2F1/acknowledge?identifierType=alias',
    body: { note: '7F3A-1' },
  })
})

test('what became of it goes where the ping went, unless it is said otherwise, and only where there are words for it', async () => {
  await tell({ url: `${at}/enqueue`, resolve: { json: { event_action: 'resolve' } } }, 'resolve')
  expect(seen.at(-1)).toMatchObject({ url: '/enqueue', body: { event_action: 'resolve' } })
  const { webhook } = contactSchema.parse({ role: 'DBA', webhook: { url: at, json: {}, test: { json: {} } } })
  expect((['ping', 'acknowledge', 'resolve', 'test'] as const).map((does) => says(webhook!, does))).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test.each([
  [200, { taken: true }],
  [202, { taken: true }],
  [302, { refused: '302' }],
  [400, { refused: '400' }],
  [401, { refused: '401' }],
  [408, { later: '408', unsure: false }],
  [429, { later: '429', unsure: false }],
  [500, { later: '500', unsure: false }],
  [503, { later: '503', unsure: false }],
])('a status of %i is %j', async (answered, taken) => {
  status = answered
  expect(await tell({})).toEqual(taken)
})

test('an answer that is lost or late, and a server that is away, are tried again', async () => {
  expect(await tell({ url: `${at}/silent`, within: '100ms' })).toEqual({
    later: 'no answer within 100 ms',
    unsure: true,
  })
  expect(await tell({ url: `${at}/cut` })).toMatchObject({ unsure: true })
  expect(await tell({ url: await deadUrl() })).toEqual({
    later: 'no connection (ECONNREFUSED)',
    unsure: true,
  })
})

test('a variable that is not set is refused by its name', async () => {
  const before = seen.length
  expect(await tell({ json: { routing_key: '{NO_KEY}' } })).toEqual({ refused: 'NO_KEY is not set' })
  expect(seen).toHaveLength(before)
})
