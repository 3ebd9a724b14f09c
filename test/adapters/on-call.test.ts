import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onCallNow } from '../../src/adapters/on-call.ts'
import { processOf } from '../../src/adapters/process-table.ts'
import { runbookSchema } from '../../src/domain/runbook.ts'
import { deadUrl } from '../slack/workspace.ts'

const contactSchema = runbookSchema.shape.contacts.unwrap().element

let folder: string
let url: string
let answer: { status: number; body: string } = { status: 200, body: '' }
const seen: IncomingMessage['headers'][] = []
const server = createServer((request, response) => {
  seen.push(request.headers)
  if (request.url === '/silent') return
  response.writeHead(answer.status).end(answer.body)
})

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-on-call-'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

type Written = Record<string, unknown>

const environment = { PATH: process.env['PATH'], TEAM_TOKEN: 'the-token-of-the-team', OTHER: 'not for you' }

async function ask(onCall: Written, redact = (text: string) => text): Promise<unknown> {
  const contact = contactSchema.parse({ role: 'DBA', onCall })
  const asked = await onCallNow(contact, { folder, environment, redact })
  if (asked.ok) return asked.value
  expect(asked.problem).toMatchObject({ code: 'on-call-unknown', contact: 'DBA' })
  return 'why' in asked.problem ? asked.problem.why : null
}
const node = (script: string): Written => ({ command: [process.execPath, '-e', script] })
const prints = (text: string): Written => node(`process.stdout.write(${JSON.stringify(text)})`)
const answers = (body: string, more: Written = {}, status = 200) => {
  answer = { status, body }
  return ask({ url, ...more })
}

describe('a command', () => {
  test('prints Slack user ids and e-mail addresses, a line each', async () => {
    expect(await ask(prints('U0KIM\n'))).toEqual({ people: ['U0KIM'], mail: [] })
    expect(await ask(prints(' U0KIM\r\n\nkim@morishr.com\nU0KIM\n'))).toEqual({
      people: ['U0KIM'],
      mail: ['kim@morishr.com'],
    })
  })

  test('starts in the runbook’s folder, and sees what it is given and nothing else', async () => {
    await writeFile(
      path.join(folder, 'rota'),
      '#!/bin/sh\necho "U0${TEAM_TOKEN:-NONE}X${OTHER:-NONE}" | tr -d -\n',
    )
    await chmod(path.join(folder, 'rota'), 0o755)
    expect(await ask({ command: ['./rota'] })).toEqual({ people: ['U0NONEXNONE'], mail: [] })
    expect(await ask({ command: ['./rota'], environment: ['OTHER'] })).toEqual({ is: 'unread' })
  })

  test('says nothing else: not on its standard output, not a warning that looks like a name', async () => {
    expect(await ask(node(`console.error('warning: old rota'); console.log('U0KIM')`))).toEqual({
      people: ['U0KIM'],
      mail: [],
    })
    expect(await ask(prints('On call: U0KIM'))).toEqual({ is: 'unread' })
    expect(await ask(prints('U0KIM\n@mei'))).toEqual({ is: 'unread' })
    expect(await ask(prints('U0KIM\n'.repeat(3_000)))).toEqual({ is: 'unread' })
    expect(await ask(prints(Array.from({ length: 21 }, (_, i) => `U0KIM${i}`).join('\n')))).toEqual({
      is: 'unread',
    })
  })

  test('that names nobody, fails or is killed is no answer', async () => {
    expect(await ask(prints('\n'))).toEqual({ is: 'nobody' })
    expect(await ask(node(`console.log('U0KIM'); process.exit(3)`))).toEqual({
      is: 'ended',
      exitCode: 3,
      signal: null,
    })
    expect(await ask(node(`process.kill(process.pid, 'SIGKILL')`))).toMatchObject({
      is: 'ended',
      exitCode: null,
    })
    expect(await ask({ command: ['no-such-program'] })).toMatchObject({ is: 'ended', exitCode: 127 })
  })

  test('that takes too long is ended, with all that it started', async () => {
    const file = path.join(folder, 'deaf.pid')
    const late = { command: ['sh', '-c', `trap '' TERM; sleep 1000 & echo $! >${file}; wait`] }
    expect(await ask({ ...late, within: '300ms' })).toEqual({ is: 'late', seconds: 0.3 })
    const deaf = Number(await readFile(file, 'utf8'))
    await expect.poll(() => processOf(deaf)).toBeNull()
  })
})

describe('a URL', () => {
  test('answers with names in lines, or with JSON that holds one or a list of them', async () => {
    expect(await answers('U0KIM\n')).toEqual({ people: ['U0KIM'], mail: [] })
    const pagerDuty = JSON.stringify({ oncalls: [{ user: { email: 'kim@morishr.com' } }] })
    expect(await answers(pagerDuty, { path: 'oncalls.0.user.email' })).toEqual({
      people: [],
      mail: ['kim@morishr.com'],
    })
    const opsgenie = JSON.stringify({ data: { onCallRecipients: ['kim@morishr.com', 'dan@morishr.com'] } })
    expect(await answers(opsgenie, { path: 'data.onCallRecipients' })).toEqual({
      people: [],
      mail: ['kim@morishr.com', 'dan@morishr.com'],
    })
  })

  test('is asked with headers from the environment, which nothing that is said shows', async () => {
    const headers = { Authorization: 'Token token={TEAM_TOKEN}' }
    expect(await answers('U0KIM', { headers })).toEqual({ people: ['U0KIM'], mail: [] })
    expect(seen.at(-1)?.authorization).toBe('Token token=the-token-of-the-team')
    expect(await ask({ url, headers: { Authorization: '{NO_TOKEN}' } })).toEqual({
      is: 'unset',
      variable: 'NO_TOKEN',
    })
  })

  test('that answers something else names nobody, or is not understood', async () => {
    const at = { path: 'oncalls.0.user.email' }
    expect(await answers('{"oncalls":[]}', at)).toEqual({ is: 'nobody' })
    expect(await answers('{"oncalls":[{"user":{"email":null}}]}', at)).toEqual({ is: 'nobody' })
    expect(await answers('{"oncalls":[{"user":{"email":7}}]}', at)).toEqual({ is: 'unread' })
    expect(await answers('<html>Sign in</html>', at)).toEqual({ is: 'unread' })
    expect(await answers('<html>Sign in</html>')).toEqual({ is: 'unread' })
    expect(await answers('U0KIM', {}, 503)).toEqual({ is: 'answered', saw: '503' })
    expect(await answers('U0KIM', {}, 302)).toEqual({ is: 'answered', saw: '302' })
  })

  test('that is silent or gone is given up', async () => {
    expect(await ask({ url: `${url}/silent`, within: '100ms' })).toEqual({
      is: 'answered',
      saw: 'no answer within 100 ms',
    })
    expect(await ask({ url: await deadUrl() })).toEqual({
      is: 'answered',
      saw: 'no connection (ECONNREFUSED)',
    })
  })
})

test('secrets are taken out of what is said before it is read', async () => {
  expect(await ask(prints('kim@morishr.com'), (text) => text.replace('kim@morishr.com', '[secret]'))).toEqual(
    {
      is: 'unread',
    },
  )
})

test('a contact names one of a command and a URL', () => {
  const faults = (onCall: Written) =>
    contactSchema.safeParse({ role: 'DBA', onCall }).error?.issues.map(({ message }) => message)
  expect(faults({})).toEqual(['names not one of `command` and `url`'])
  expect(faults({ command: ['x'], url: 'http://x/' })).toEqual(['names not one of `command` and `url`'])
  expect(faults({ url: 'x' })).toEqual([
    'is neither an http or https URL nor {NAME} of an environment variable that holds one',
  ])
  expect(faults({ url: '{ON_CALL_URL}' })).toBeUndefined()
})
