import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeProxy } from './adapters/tcp-proxy.ts'
import { until } from './until.ts'
import about from '#package' with { type: 'json' }
import { isAnyAlive } from '../src/store/locks.ts'
import { gathered, main, makePlace, type Place } from './cli/place.ts'
import { openWorkspace } from './slack/workspace.ts'

let place: Place
beforeAll(async () => {
  place = await makePlace()
})
afterAll(() => place.leave())

/** PIDs of workers, as the store sees their connections' other ends. */
const botOf = async (): Promise<number> => {
  const { rows } = await place.pool.query<{ n: number }>(
    `select count(distinct pid)::int as n from pg_stat_activity where datname = current_database() and application_name = 'lockkeeper-bot'`,
  )
  return rows[0]?.n ?? 0
}

async function ended(bot: ChildProcess): Promise<unknown[]> {
  const gone = once(bot, 'exit')
  bot.kill('SIGTERM')
  return gone
}

test('--version needs nothing but the program', async () => {
  const child = spawn(process.execPath, [main, '--version'], { cwd: '/', env: {} })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  expect(said.toString()).toBe(`${about.version}\n`)
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('help needs neither a configuration nor a bot, and says what is missing', async () => {
  const nowhere = { cwd: '/', env: { LOCKKEEPER_COMMAND: 'lockkeeper', LOCKKEEPER_CONFIG: '/nowhere.yml' } }
  const help = async (...words: string[]) => {
    const child = spawn(process.execPath, [main, 'help', ...words], nowhere)
    const [out, err] = [gathered(child.stdout), gathered(child.stderr)]
    const [code] = (await once(child, 'close')) as [number]
    return { code, out: out.join(''), err: err.join('') }
  }
  expect(await help()).toMatchObject({
    code: 0,
    out: expect.stringMatching(/lockkeeper start — .*lockkeeper plan add-security-enhancements — /s),
    err: expect.stringContaining('/nowhere.yml: cannot be read'),
  })
  expect(await help('ROLLBACK')).toMatchObject({
    code: 0,
    out: expect.stringContaining('lockkeeper rollback 7F3A-1'),
  })
  expect(await help('everything')).toMatchObject({ code: 78, out: '' })
})

test('start --help says what start does, other words behind it are refused with 64: neither starts a bot', async () => {
  for (const help of [
    ['start', '--help'],
    ['start', '-h'],
    ['help', 'start'],
  ])
    expect(await place.type('asha', help)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^lockkeeper start\n.*until Ctrl-C/s),
      err: '',
    })
  const other = await place.type('asha', ['start', '--port=3000'])
  expect(other).toMatchObject({ code: 64, out: '' })
  expect(other.err).toContain('start takes no further words (--port=3000). Nothing was started.')
  expect(await isAnyAlive(place.pool)).toBe(false)
})

test('--help behind a command is its help', async () => {
  const { code, out } = await place.type('asha', ['rollback', '--help'])
  expect({ code, out }).toEqual({ code: 0, out: (await place.type('asha', ['help', 'rollback'])).out })
  expect(out).toContain('rollback 7F3A-1')
})

test('start refuses a faulty configuration with 78, all faults at once, and does not try again', async () => {
  place.environment['LOCKKEEPER_CONFIG'] = 'nobody.yml'
  const { code, err } = await place.type('asha', ['start'])
  place.environment['LOCKKEEPER_CONFIG'] = 'lockkeeper.yml'
  expect(code).toBe(78)
  expect(err).toMatch(/nobody\.yml: cannot be read \(ENOENT\)/)
  expect(err).not.toContain('starts again')
})

test('a bot drives runs until SIGTERM, then leaves nothing: no process, no connection', async () => {
  const bot = await place.startBot()
  expect(await botOf()).toBeGreaterThan(0)
  expect(await ended(bot)).toEqual([0, null])
  await until(async () => {
    expect(await isAnyAlive(place.pool)).toBe(false)
    expect(await botOf()).toBe(0)
  })
})

test('a bot whose locks’ connection breaks leaves at once, and the next one drives', async () => {
  const bot = await place.startBot()
  const holder = async (): Promise<number | undefined> => {
    const { rows } = await place.pool.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and classid = 2
         and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows[0]?.pid
  }
  const first = await holder()
  await place.pool.query('select pg_terminate_backend($1)', [first])
  await until(async () => {
    const next = await holder()
    expect(next).toBeTypeOf('number')
    expect(next).not.toBe(first)
  }, 50)
  expect(bot.exitCode).toBeNull()
  await ended(bot)
})

/** What a bot logs from now on, a line an entry; one that is no JSON is none of the log. */
function logged(bot: ChildProcess): () => { msg: string; error?: string; err?: object }[] {
  const parts: string[] = []
  bot.stderr?.on('data', (part: string) => parts.push(part))
  const lines = () => parts.join('').split('\n').slice(0, -1)
  return () => lines().map((line) => JSON.parse(line))
}

test('a bot whose own database goes away says so in the log, without stacks, waits, and drives when it is back', async () => {
  const { environment } = place
  const before = { ...environment }
  const first = await makeProxy(place.store.url)
  Object.assign(environment, { DATABASE_URL: first.url, LOG_LEVEL: 'info' })
  const bot = await place.startBot()
  Object.assign(environment, before)
  const lines = logged(bot)
  const { host, port, pathname } = new URL(first.url)
  const which = `Lockkeeper's own database (DATABASE_URL, ${host}${pathname})`
  const said = () => lines().map(({ msg }) => msg)
  await first.close()
  await until(
    () =>
      expect(lines()).toContainEqual(
        expect.objectContaining({
          error: 'ECONNREFUSED',
          msg: `${which} cannot be used: without it no run makes progress. It is tried every second`,
        }),
      ),
    50,
  )
  const again = await makeProxy(place.store.url, Number(port))
  await until(
    () =>
      expect(said()).toEqual(expect.arrayContaining([`${which} answers again: runs go on where they were`])),
    50,
  )
  await until(async () => expect(await isAnyAlive(place.pool)).toBe(true))
  expect(said().filter((msg) => msg.includes('cannot be used'))).toHaveLength(1)
  expect(said().filter((msg) => msg.includes('starts again'))).toHaveLength(1)
  expect(JSON.stringify(lines())).not.toMatch(/\bat .*\.[jt]s:\d/)
  expect(await ended(bot)).toEqual([0, null])
  await again.close()
})

test('a bot that waits for its own database leaves when its supervisor is killed', async () => {
  const env = { ...place.environment, DATABASE_URL: 'postgres://a:b@127.0.0.1:1/lockkeeper' }
  const supervisor = spawn(process.execPath, [main, 'start'], { cwd: place.folder, env })
  supervisor.stderr.setEncoding('utf8')
  const lines = logged(supervisor)
  await until(() => expect(lines()).toMatchObject([{ error: 'ECONNREFUSED' }]))
  // Its standard error is closed by whoever has it last: the bot.
  const closed = once(supervisor, 'close')
  supervisor.kill('SIGKILL')
  expect(await closed).toEqual([null, 'SIGKILL'])
})

test('what nobody expected is a line of the log, too, and the bot starts again', async () => {
  const broken = await makePlace()
  try {
    await broken.pool.query('alter table lockkeeper.installed rename column version to another')
    const bot = spawn(process.execPath, [main, 'start'], { cwd: broken.folder, env: broken.environment })
    bot.stderr.setEncoding('utf8')
    const lines = logged(bot)
    await until(() => expect(lines().length).toBeGreaterThan(1), 50)
    await ended(bot)
    expect(lines().slice(0, 2)).toMatchObject([
      { err: { message: expect.stringContaining('"version" does not exist') } },
      { msg: expect.stringContaining('left (1) and starts again') },
    ])
  } finally {
    await broken.leave()
  }
})

test('a PORT on which another program listens ends the bot with 78 and a line that names it, once (port-refused)', async () => {
  const workspace = await openWorkspace()
  const other = createServer().listen(0)
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const env = {
    ...place.environment,
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: 's',
    SLACK_API_URL: workspace.apiUrl,
    PORT: String(port),
  }
  const bot = spawn(process.execPath, [main, 'start'], { cwd: place.folder, env })
  const parts: string[] = []
  bot.stderr.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  expect(await once(bot, 'close')).toEqual([78, null])
  expect(parts.join('')).toContain(`Lockkeeper cannot listen on PORT ${port}`)
  expect(parts.join('')).not.toMatch(/starts again|at .*\.[jt]s:\d/)
  other.close()
  await workspace.close()
})

test('a runbook whose target is the bot’s own database is refused at start (target-is-ours)', async () => {
  const { environment } = place
  const before = environment['HRMS_MASTER_URL'] ?? ''
  environment['HRMS_MASTER_URL'] = environment['DATABASE_URL'] ?? ''
  const { code, err } = await place.type('asha', ['start'])
  environment['HRMS_MASTER_URL'] = before
  expect(code).toBe(78)
  expect(err).toContain('Lockkeeper’s own database')
  expect(err).toContain('HRMS_MASTER_URL')
})

test('a store of a newer release ends the bot with 78 and a line that says so, once (store-newer)', async () => {
  const newer = await makePlace()
  try {
    await newer.pool.query('update lockkeeper.installed set version = 999, breaking = 999')
    const said = await newer.type('asha', ['start'])
    expect(said).toMatchObject({
      code: 78,
      err: expect.stringMatching(/A newer release of Lockkeeper has changed .* version 999/),
    })
    expect(said.err.match(/A newer release/g)).toHaveLength(1)
  } finally {
    await newer.leave()
  }
})
