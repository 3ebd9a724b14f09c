import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLobby, type Lobby } from './lobby.ts'

// What arrives at PORT, byte by byte: nothing of it ends the bot, is done, or is an error in its log.

let lobby: Lobby
let port: number
beforeAll(async () => {
  lobby = await openLobby()
  port = Number(new URL(lobby.url).port)
})
afterAll(() => lobby.close())

const secret = 'signing-secret-of-the-test'

/** The first line of what comes back to these bytes; null: the socket was closed without a word. */
const send = (bytes: string): Promise<string | null> =>
  new Promise((resolve) => {
    const parts: string[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket
      .on('data', (part) => {
        parts.push(part.toString())
        if (parts.join('').includes('\r\n\r\n')) socket.destroy()
      })
      .on('error', () => {})
      .on('close', () => resolve(parts.join('').split('\r\n')[0] || null))
  })

function signed(body: string, { at = Date.now() / 1000, type = 'application/json' } = {}): string {
  const time = String(Math.floor(at))
  const signature = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')
  return [
    'POST /slack/events HTTP/1.1',
    'host: x',
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-slack-request-timestamp: ${time}`,
    `x-slack-signature: v0=${signature}`,
    '',
    body,
  ].join('\r\n')
}

const errors = () => lobby.lines.filter(({ level, err }) => Number(level) >= 50 || err !== undefined)

test.each(['null', '[]', '1', '"a"', 'true', '', '{', '{"type":', 'payload=null'])(
  'a signed body that is no object is refused, and the bot stays: %s',
  async (body) => {
    expect(await send(signed(body))).toContain('400')
    expect((await fetch(`${lobby.url}/health`)).status).toBe(200)
    expect(errors()).toEqual([])
  },
)

test.each(['null', '[]', '7'])('so is a form whose payload is %s', async (payload) => {
  const type = 'application/x-www-form-urlencoded'
  expect(await send(signed(`payload=${payload}`, { type }))).toContain('400')
  expect(errors()).toEqual([])
})

test.each([
  ['next year', 365 * 86_400, '401'],
  ['six minutes ahead', 360, '401'],
  ['six minutes ago', -360, '401'],
  ['four minutes ahead', 240, '400'],
])('a request of %s', async (_name, seconds, status) => {
  expect(await send(signed('null', { at: Date.now() / 1000 + seconds }))).toContain(status)
})

test.each(['NaN', '1e9', '-1', '0x10', ' ', '99999999999999999999'])(
  'a time that is none is refused: %s',
  async (time) => {
    const request = signed('{}').replace(
      /x-slack-request-timestamp: \d+/,
      `x-slack-request-timestamp: ${time}`,
    )
    expect(await send(request)).toContain('401')
  },
)

test.each([
  ['GET /slack/events', '405'],
  ['PUT /health', '405'],
  ['GET //', '400'],
  ['GET //evil/x', '400'],
  ['GET http://[', '400'],
  ['GET *', '400'],
  ['GET /%', '404'],
  ['GET /take/%', '404'],
  ['GET /%00%0a', '404'],
  ['GET /health/../x', '404'],
  ['BREW /health', '400'],
])('%s is refused without an error in the log', async (line, status) => {
  expect(await send(`${line} HTTP/1.1\r\nhost: x\r\n\r\n`)).toContain(status)
  expect(errors()).toEqual([])
})

test('random bytes and broken heads end neither the bot nor its answers', async () => {
  // A fixed seed: the same bytes each time.
  let seed = 7
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
  const noise = Array.from({ length: 40 }, () =>
    String.fromCharCode(...Array.from({ length: 60 }, () => Math.floor(random() * 256))),
  )
  for (const bytes of noise) await send(`${bytes}\r\n\r\n`)
  for (const bytes of noise) await send(`POST /slack/events HTTP/1.1\r\nhost: x\r\n${bytes}\r\n\r\n`)
  for (const bytes of noise) expect(await send(signed(bytes))).toContain('400')
  expect((await fetch(`${lobby.url}/health`)).status).toBe(200)
  expect(errors()).toEqual([])
})

test('a body that is too large is refused before it is read', async () => {
  const head = `POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\n\r\n`
  expect(await send(head + 'x'.repeat(100))).toContain('413')
})

test('a request that nobody finishes is ended', async () => {
  expect(await send('POST /slack/events HTTP/1.1\r\nhost: x\r\n')).toContain('408')
}, 60_000)

test('Slack’s unsigned probe is answered, and nothing that comes with it is done', async () => {
  const body = 'ssl_check=1&payload=%7B%22type%22%3A%22block_actions%22%7D&command=%2Fmigrate&text=status'
  const head = `POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n\r\n`
  const before = lobby.asked.length
  expect(await send(head + body)).toContain('200')
  expect(lobby.asked).toHaveLength(before)
})
