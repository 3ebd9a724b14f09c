import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { parse, stringify } from 'yaml'
import { hrmsBySql } from '../../demo/stage/runbooks.ts'
import { rulesOf } from '../../src/access/recorded.ts'
import { surroundingsOf } from '../../src/access/roles.ts'
import { loadConfig } from '../../src/config.ts'
import { makeRunbookRecorder } from '../../src/notices/runbooks.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import { recordRules } from '../../src/store/access-rules.ts'
import { isAnyAlive } from '../../src/store/locks.ts'
import { underWay } from '../../src/views/marks.ts'
import { lineText } from '../../src/views/words/plain.ts'
import { compiled } from '../compiled.ts'
import { hrmsDatabase, onServer, storeDatabase, type TestDatabase } from '../databases.ts'
import { freePort } from '../steps/hrms.ts'
import { until } from '../until.ts'

export const people = { asha: 'U0ASHA', dan: 'U0DAN', mei: 'U0MEI', eve: 'U0EVE' } as const

const root = path.resolve(import.meta.dirname, '../..')
export const main = path.join(root, 'src/main.ts')

/** What a machine that is slow, or builds a project, says meanwhile. */
const waits = `${lineText(underWay.state)}\n`

/** What a line in a terminal came to, but for a wait. */
export interface Ended {
  code: number | null
  out: string
  err: string
}

/** A folder in which somebody works with Lockkeeper: its configuration, a runbook, an application. */
export interface Place {
  folder: string
  target: TestDatabase
  store: TestDatabase
  pool: pg.Pool
  environment: Record<string, string>
  /** `node src/main.ts …` as this person; `input`: what they type, line by line. */
  type(who: string, words: string[], input?: string): Promise<Ended>
  /** The bot as `npm start` starts it, once it drives runs. */
  startBot(): Promise<ChildProcess>
  /** Starts the application as the runbook does. */
  startService(): Promise<void>
  /** Ends every process that was started here, and removes everything. */
  leave(): Promise<void>
}

/** `change` edits the example's runbook as it is written. `recorded`: a bot has started here before. */
export async function makePlace(
  change: (written: any, folder: string) => void = () => {},
  { recorded = true } = {},
): Promise<Place> {
  const [target, store] = await Promise.all([hrmsDatabase(), storeDatabase()])
  await onServer((admin) => admin.query(`alter database ${target.name} owner to hrms_owner`))
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-place-'))
  await mkdir(path.join(folder, 'runbooks'))
  const example = path.join(root, 'demo/runbooks/hrms')
  await cp(path.join(example, 'migrations'), path.join(folder, 'runbooks/migrations'), { recursive: true })
  const written = parse(await hrmsBySql())
  const [service] = written.services
  written.target.database = target.name
  Object.assign(service, {
    pidFile: path.join(folder, 'hrms-api.pid'),
    log: path.join(folder, 'hrms-api.log'),
    start: [process.execPath, 'demo/hrms/api.ts'],
    directory: root,
  })
  Object.assign(service.health, { every: '50ms', within: '10m' })
  for (const release of ['before', 'after'])
    service.release[release].deploy = [process.execPath, 'demo/hrms/release.ts', release]
  written.contacts[0].person = people.asha
  written.contacts[3].person = people.mei
  written.window.drain = '1s'
  delete written.backup.free
  change(written, folder)
  await writeFile(path.join(folder, 'runbooks/hrms.yml'), stringify(written))
  await writeFile(path.join(folder, 'lockkeeper.yml'), stringify(configuration))

  const environment: Record<string, string> = {
    ...compiled,
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
    LOG_LEVEL: process.env['DEBUG_BOT'] ?? 'warn',
    DATABASE_URL: store.url,
    LOCKKEEPER_CONFIG: 'lockkeeper.yml',
    LOCKKEEPER_FOLDER: folder,
    LOCKKEEPER_COMMAND: 'lockkeeper',
    HRMS_MASTER_URL: target.as('lockkeeper', 'lockkeeper'),
    HRMS_DATABASE_URL: target.as('hrms_app', 'hrms_app'),
    HRMS_PORT: String(await freePort()),
    HRMS_FOLDER: folder,
    HRMS_ADMIN_EMAIL: 'admin1@morishr.test',
    HRMS_ADMIN_PASSWORD: 'Test123!',
  }
  const pool = new pg.Pool({ connectionString: store.url, max: 3 })
  if (recorded) await recordAsBot(store.url, path.join(folder, 'lockkeeper.yml'))
  const children: ChildProcess[] = []
  const begin = (
    words: string[],
    own: Record<string, string> = {},
    options: readonly string[] = [],
  ): ChildProcess => {
    const child = spawn(process.execPath, [...options, main, ...words], {
      cwd: folder,
      env: { ...environment, ...own },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    children.push(child)
    return child
  }
  return {
    folder,
    target,
    store,
    pool,
    environment,
    async type(who, words, input = '') {
      const child = begin(words, typedAs(who), ['--import', typedAsFixture])
      const [out, err] = [gathered(child.stdout), gathered(child.stderr)]
      child.stdin?.end(input)
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, out: out.join(''), err: err.join('').replace(waits, '') }
    },
    async startBot() {
      const bot = begin(['start'])
      const said = [gathered(bot.stdout), gathered(bot.stderr)]
      await until(async () => {
        if (bot.exitCode !== null) throw new Error(said.flat().join(''))
        if (!(await isAnyAlive(pool))) throw new Error('no worker yet')
      }, 50)
      return bot
    },
    async startService() {
      const [program, ...words] = service.start as string[]
      const api = spawn(program ?? '', words, {
        cwd: root,
        env: environment,
        stdio: 'ignore',
        detached: true,
      })
      api.unref()
      await writeFile(service.pidFile, `${api.pid}\n`)
      const url = `http://127.0.0.1:${environment['HRMS_PORT']}/health`
      await until(async () => void (await fetch(url)), 50)
    },
    async leave() {
      for (const child of children)
        if (child.exitCode === null && child.signalCode === null) {
          const gone = once(child, 'exit')
          child.kill('SIGTERM')
          await gone
        }
      await endService(service.pidFile)
      await pool.end()
      await Promise.all([target.drop(), store.drop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const typedAsFixture = path.join(root, 'test/fixtures/typed-as.ts')

/** Each person is an operating-system user of their name, with a user id of their own unless one is named: `dan:5000`. */
export const typedAs = (who: string): Record<string, string> => {
  const [user = '', uid = 5000 + Object.keys(people).indexOf(user)] = who.split(':')
  return { TYPED_AS: `${user}:${uid}` }
}

export const configuration = {
  runbooks: 'runbooks',
  backups: 'backups',
  roles: {
    'migration-operators': { people: [people.asha, people.mei] },
    'database-team': { people: [people.dan] },
    cto: { people: [people.mei] },
  },
  terminal: { ...people },
}

/** What a bot that started here left in the store: who may do what, and the runbooks. */
export async function recordAsBot(
  url: string,
  file: string,
  slack: Record<string, string> = {},
): Promise<void> {
  const loaded = await loadConfig({ ...slack, LOCKKEEPER_CONFIG: file }, path.dirname(file))
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults))
  const client = new pg.Client(url)
  await client.connect()
  await recordRules(client, rulesOf(loaded.value), { host: 'bot-1', user: 'lockkeeper', file })
  await client.end()
  const pool = new pg.Pool({ connectionString: url })
  await makeRunbookRecorder(
    pool,
    openRunbooks(loaded.value.runbooks, surroundingsOf(loaded.value)),
    'bot-1',
  )()
  await pool.end()
}

export function gathered(stream: NodeJS.ReadableStream | null): string[] {
  const parts: string[] = []
  stream?.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  return parts
}

async function endService(pidFile: string): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
  if (pid > 0)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
}
