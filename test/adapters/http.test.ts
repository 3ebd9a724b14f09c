import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { checkRequests, waitHealthy } from '../../src/adapters/http.ts'
import type { HttpRequest } from '../../src/domain/runbook.ts'
import type { Progress } from '../../src/domain/step.ts'

const seen: {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}[] = []

const answers: Record<string, (response: ServerResponse) => void> = {
  '/json': (r) =>
    r.end(
      JSON.stringify({
        token: 'abc',
        user: { id: 7, admin: true, roles: ['a'], secret: 'confidential', none: null },
      }),
    ),
  '/broken': (r) => r.end('{"token": "abc'),
  '/large': (r) => r.end(JSON.stringify({ token: 'x'.repeat(3 << 20) })),
  '/401': (r) => r.writeHead(401).end('the password of mei@example.com is wrong'),
  '/redirect': (r) => r.writeHead(302, { location: '/json' }).end(),
  '/silent': () => {},
  '/reset': (r) => r.destroy(),
}

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += String(chunk)))
  request.on('end', () => answered(request, response, body))
})
function answered(request: IncomingMessage, response: ServerResponse, body: string): void {
  seen.push({ method: request.method, url: request.url, headers: request.headers, body })
  const answer = answers[request.url?.split('?')[0] ?? ''] ?? ((r: ServerResponse) => r.end('{}'))
  answer(response)
}
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const { port } = server.address() as AddressInfo
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Nobody listens here: it was somebody's a moment ago. */
const closed = createServer()
await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening))
const nowhere = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/health`
await new Promise((done) => closed.close(done))

const at = (path: string) => `http://127.0.0.1:${port}${path}`
const never = new AbortController().signal

type Given = Partial<Omit<HttpRequest, 'expect'>> & { url: string; expect?: Partial<HttpRequest['expect']> }
const request = ({ expect, ...given }: Given): HttpRequest => ({
  name: 'Look',
  method: 'GET',
  headers: {},
  keep: {},
  ...given,
  expect: { status: 200, json: {}, within: 5000, ...expect },
})
const faults = async (...requests: Given[]) => {
  const { failed } = await checkRequests(requests.map(request), {}, never)
  return failed.map(({ expected, saw }) => `expected ${expected}, saw ${saw}`)
}

test('a request passes when status and every path are as expected', async () => {
  const json = {
    token: { is: 'string' as const },
    'user.id': 7,
    'user.admin': true,
    'user.roles.0': 'a',
    'user.none': { is: 'absent' as const },
    user: { is: 'present' as const },
  }
  const { passed, failed } = await checkRequests(
    [request({ name: 'Log in', url: at('/json'), expect: { json } })],
    {},
    never,
  )
  expect(failed).toEqual([])
  expect(passed).toEqual([{ name: 'Log in', milliseconds: expect.any(Number) }])
})

test('another status fails, whatever the body says', async () => {
  expect(await faults({ url: at('/401'), expect: { json: { token: 'abc' } } })).toEqual([
    'expected 200, saw 401',
  ])
  expect(await faults({ url: at('/json'), expect: { status: 401 } })).toEqual(['expected 401, saw 200'])
  expect(await faults({ url: at('/redirect') })).toEqual(['expected 200, saw 302'])
})

test('a fault names the path and the kind of what was there, never the value', async () => {
  const fault = (json: HttpRequest['expect']['json']) => faults({ url: at('/json'), expect: { json } })
  expect(await fault({ missing: { is: 'string' } })).toEqual(['expected missing: a string, saw nothing'])
  expect(await fault({ 'user.secret': 'guess' })).toEqual([
    'expected user.secret: "guess", saw another string',
  ])
  expect(await fault({ 'user.secret': { is: 'number' } })).toEqual([
    'expected user.secret: a number, saw a string',
  ])
  expect(await fault({ 'user.id': '7' })).toEqual(['expected user.id: "7", saw a number'])
  expect(await fault({ 'user.roles': { is: 'absent' } })).toEqual([
    'expected user.roles: nothing, saw a list',
  ])
  expect(await fault({ 'user.none': { is: 'present' } })).toEqual(['expected user.none: something, saw null'])
  expect(await fault(Object.fromEntries([['constructor', { is: 'present' as const }]]))).toEqual([
    'expected constructor: something, saw nothing',
  ])
  expect(JSON.stringify(await fault({ 'user.secret': null }))).not.toContain('confidential')
})

test('what is no JSON, or far too large, is not what was expected', async () => {
  const json = { token: { is: 'string' as const } }
  expect(await faults({ url: at('/broken'), expect: { json } })).toEqual([
    'expected JSON, saw something else',
  ])
  expect(await faults({ url: at('/large'), expect: { json } })).toEqual(['expected JSON, saw something else'])
  expect(await faults({ url: at('/broken') })).toEqual([])
})

test('no answer in time and no connection are faults of their own', async () => {
  expect(await faults({ url: at('/silent'), expect: { within: 50 } })).toEqual([
    'expected 200, saw no answer within 50 ms',
  ])
  expect(await faults({ url: at('/reset') })).toEqual([
    expect.stringMatching(/^expected 200, saw no connection \((UND_ERR_SOCKET|ECONNRESET)\)$/),
  ])
  expect(await faults({ url: nowhere })).toEqual(['expected 200, saw no connection (ECONNREFUSED)'])
})

test('variables come from the environment and from earlier answers, each in its place', async () => {
  seen.length = 0
  const environment = { PORT: String(port), PASSWORD: 'p"w{x}', USER_ID: 'a/b?c' }
  const { failed } = await checkRequests(
    [
      request({ url: 'http://127.0.0.1:{PORT}/json', keep: { token: 'token', id: 'user.id' } }),
      request({
        url: 'http://127.0.0.1:{PORT}/users/{USER_ID}?id={id}',
        method: 'POST',
        headers: { authorization: 'Bearer {token}' },
        json: { password: '{PASSWORD}', list: ['{id}', 1] },
      }),
    ],
    environment,
    never,
  )
  expect(failed).toEqual([])
  expect(seen[1]).toMatchObject({
    method: 'POST',
    url: '/users/a%2Fb%3Fc?id=7',
    headers: { authorization: 'Bearer abc', 'content-type': 'application/json' },
  })
  expect(JSON.parse(seen[1]?.body ?? '')).toEqual({ password: 'p"w{x}', list: ['7', 1] })
})

test('a request that lacks a value is not sent; the others are', async () => {
  seen.length = 0
  expect(
    await faults(
      { url: at('/401'), keep: { token: 'token' } },
      { url: at('/a?t={token}') },
      { url: at('/b') },
    ),
  ).toEqual(['expected 200, saw 401', 'expected a value for {token}, saw nothing'])
  expect(seen.map(({ url }) => url)).toEqual(['/401', '/b'])
})

test('what is to be kept and is not there is a fault', async () => {
  expect(await faults({ url: at('/json'), keep: { token: 'user.none' } })).toEqual([
    'expected user.none: a value to keep, saw nothing',
  ])
})

test('when aborted the requests that are left fail at once', async () => {
  const stop = new AbortController()
  const checking = checkRequests(
    [request({ url: at('/silent') }), request({ url: at('/json') })],
    {},
    stop.signal,
  )
  stop.abort()
  expect((await checking).failed.map(({ saw }) => saw)).toEqual([
    'nothing, it was cancelled',
    'nothing, it was cancelled',
  ])
})

test('a service is healthy once it answers 200', async () => {
  let looks = 0
  const service = createServer((_, response) => response.writeHead(++looks < 3 ? 503 : 200).end())
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/health`
  const told: Progress[] = []
  const healthy = await waitHealthy({ name: 'api', health: { url, every: 5, within: 5000 } }, never, (p) =>
    told.push(p),
  )
  expect(healthy).toEqual({ ok: true, value: { milliseconds: expect.any(Number), attempts: 3 } })
  expect(told.map(({ done, unit }) => [done, unit])).toEqual([
    [1, 'attempts'],
    [2, 'attempts'],
  ])
  service.closeAllConnections()
  service.close()
})

test('a service that is never healthy fails in its time, with what was seen last', async () => {
  const wait = (url: string) =>
    waitHealthy({ name: 'api', health: { url, every: 10, within: 60 } }, never, () => {})
  const unhealthy = (saw: string) => ({
    ok: false,
    problem: expect.objectContaining({ code: 'unhealthy', service: 'api', saw, seconds: 0 }),
  })
  expect(await wait(nowhere)).toEqual(unhealthy('no connection (ECONNREFUSED)'))
  expect(await wait(at('/401'))).toEqual(unhealthy('401'))
  expect(await wait(at('/silent'))).toEqual(unhealthy('no answer within 60 ms'))
  expect(await wait('http://127.0.0.1:{NO_SUCH_PORT}/')).toEqual(unhealthy('no value for {NO_SUCH_PORT}'))
})

test('waiting for health ends when it is cancelled', async () => {
  const stop = new AbortController()
  const waiting = waitHealthy(
    { name: 'api', health: { url: at('/401'), every: 60_000, within: 120_000 } },
    stop.signal,
    () => stop.abort(),
  )
  expect(await waiting).toEqual({ ok: false, problem: { code: 'cancelled', by: '' } })
})
