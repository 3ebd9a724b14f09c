import { createServer, type IncomingMessage } from 'node:http'
import pg from 'pg'
import { startHeartbeat } from './heartbeat.ts'
import { readRelease } from './release.ts'
import { fits, login, openSession, refresh, requestPasswordReset } from './sessions.ts'

/**
 * The HRMS in miniature: what a real application does to its database while somebody migrates it. It answers health
 * and sign-in requests, and its users write all the time.
 *
 * Settings: `HRMS_DATABASE_URL` (as role hrms_app), `HRMS_PORT`, `HRMS_FOLDER` (release file, count of acknowledged
 * writes), `HRMS_PASSWORD` (of every synthetic administrator).
 */
const settings = {
  databaseUrl: needed('HRMS_DATABASE_URL'),
  port: Number(needed('HRMS_PORT')),
  folder: needed('HRMS_FOLDER'),
  password: process.env['HRMS_PASSWORD'] ?? 'Test123!',
}

const release = await readRelease(settings.folder)
const pool = new pg.Pool({
  connectionString: settings.databaseUrl,
  max: 5,
  application_name: 'hrms-api',
  connectionTimeoutMillis: 2000,
})
pool.on('error', () => {}) // a session that the server ended; the next query takes another one
const heartbeat = await startHeartbeat(pool, settings.folder, release)

type Answer = { status: number; body: unknown }
type Route = (request: { body: Record<string, unknown>; token: string }) => Promise<Answer>

const routes: Record<string, Route> = {
  'GET /health': async () =>
    (await fits(pool, release))
      ? { status: 200, body: { status: 'Healthy', release } }
      : { status: 503, body: { status: 'Unhealthy', release } },
  'GET /health/ready': async () =>
    (await fits(pool, release))
      ? { status: 200, body: { status: 'Ready', release } }
      : { status: 503, body: { status: 'NotReady', release } },
  'GET /writes': async () => ({ status: 200, body: await heartbeat.counts() }),
  'POST /api/auth/login': async ({ body }) => {
    const tokens =
      body['password'] === settings.password ? await login(pool, release, String(body['email'])) : null
    return tokens ? { status: 200, body: tokens } : { status: 401, body: { error: 'InvalidCredentials' } }
  },
  'POST /api/auth/refresh': async ({ body }) => {
    const tokens = await refresh(pool, release, String(body['refreshToken']))
    return tokens ? { status: 200, body: tokens } : { status: 401, body: { error: 'InvalidToken' } }
  },
  'GET /api/session': async ({ token }) => {
    const session = await openSession(pool, release, token)
    return session ? { status: 200, body: session } : { status: 401, body: { error: 'InvalidToken' } }
  },
  'POST /api/auth/password-reset': async ({ body }) => {
    if (release === 'before') return { status: 404, body: { error: 'NotFound' } }
    await requestPasswordReset(pool, String(body['email']))
    return { status: 202, body: { accepted: true } } // the same for unknown addresses, so that nobody can try them out
  },
}

const server = createServer((request, response) => {
  const answer = (given: Answer) => {
    response.writeHead(given.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(given.body))
  }
  const route = routes[`${request.method} ${request.url?.split('?')[0]}`]
  if (!route) return answer({ status: 404, body: { error: 'NotFound' } })
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
  readJson(request)
    .then((body) => route({ body, token }))
    .then(answer, (error: { code?: string }) =>
      answer({ status: 503, body: { error: 'DatabaseUnavailable', code: error.code ?? 'unknown' } }),
    )
})
server.listen(settings.port, '127.0.0.1', () => console.log(`hrms-api ${release} on port ${settings.port}`))

/** Shutdown still needs the database: the last write is the point of stopping services before closing it. */
async function stop(): Promise<void> {
  const closed = new Promise((done) => server.close(done))
  server.closeAllConnections()
  await heartbeat.stop()
  await closed
  await pool.end()
  console.log('hrms-api stopped')
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += chunk
  try {
    return text ? (JSON.parse(text) as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function needed(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}
