import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Slack's Web API, as far as an answer to a command needs it: everybody is a member, every modal opens. */
const answers: Record<string, (asked: URLSearchParams) => object> = {
  'auth.test': () => ({ team_id: 'T1', user_id: 'U0LOCKKEEPER', bot_id: 'B0LOCKKEEPER' }),
  'users.info': (asked) => ({ user: { id: asked.get('user'), team_id: 'T1' } }),
  'conversations.info': (asked) => ({ channel: { id: asked.get('channel') } }),
  'views.open': () => ({ view: { id: 'V1' } }),
  'views.update': () => ({ view: { id: 'V1' } }),
  'chat.postEphemeral': () => ({ message_ts: '1.1' }),
}

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    const answer = answers[request.url?.split('/').at(-1) ?? '']?.(new URLSearchParams(body))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ? { ok: true, ...answer } : { ok: false, error: 'unknown_method' }))
  })
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
