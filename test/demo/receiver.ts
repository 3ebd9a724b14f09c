import { createServer, type IncomingMessage } from 'node:http'
import { sign } from '../../demo/workspace/slack/bot-line.ts'

/** What reached the bot, and what it answers. */
export interface Receiver {
  url: string
  received: { fields: URLSearchParams; payload: Record<string, unknown> | null; signedWell: boolean }[]
  /** The body of the next acknowledgements; null: none comes. */
  answers: string | null
  close: () => Promise<void>
}

/** A bot that notes what Slack would have sent it. */
export async function startReceiver(secret: string): Promise<Receiver> {
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const fields = new URLSearchParams(body)
      const payload = fields.get('payload')
      const timestamp = String(request.headers['x-slack-request-timestamp'])
      receiver.received.push({
        fields,
        payload: payload ? (JSON.parse(payload) as Record<string, unknown>) : null,
        signedWell: request.headers['x-slack-signature'] === sign(secret, timestamp, body),
      })
      if (receiver.answers !== null) response.end(receiver.answers)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/slack/events`,
    received: [],
    answers: '',
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return receiver
}

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}
