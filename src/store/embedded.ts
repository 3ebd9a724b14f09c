import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  access,
  chmod,
  constants,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { embeddedPrograms, type Programs } from './embedded-program.ts'
import { isAlive } from '../alive.ts'
import { readPostmaster, releaseFrom, type Postmaster } from './postmaster.ts'

/** A PostgreSQL server in a folder, for a first start without one, the demo and the tests. */
export interface EmbeddedServer {
  /** With the password: a secret. */
  url(database: string): string
  port: number
  /** Whether its end is for us to decide: we started it, or found it after the death of who did. */
  ours: boolean
  /** Ends the server if it is ours. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  folder: string
  /** Further server settings, `name=value`. They hold for a server that is started, not for one that is found. */
  settings?: readonly string[]
  /** What the bot does about its server, a line each. What the server says is in `postgres.log` of the folder. */
  onLog?: (line: string) => void
}

const user = 'postgres'

/** Milliseconds. After a crash the server first reads its log again. */
const startWithin = 120_000
/** Starts that may fail: by a port that another process took, or backends of a killed server that are not gone yet. */
const triesToStart = 8
const lookEvery = 50

/**
 * Starts the server of this folder, or finds the one that already runs there: of several processes that call this at the
 * same time one starts it. It runs on when we are killed, and is found again by its `postmaster.pid`. The folder is
 * made when it is missing. Throws when it cannot be had.
 */
export async function startEmbedded({
  folder,
  settings = [],
  onLog = () => {},
}: EmbeddedOptions): Promise<EmbeddedServer> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
  const home = await realpath(folder)
  const data = path.join(home, 'postgres')
  const programs = await embeddedPrograms(home)
  const deadline = Date.now() + startWithin
  for (let failures = 0; ;) {
    const running = await readPostmaster(data)
    if (running?.status === 'ready') return found(home, running)
    if (running && Date.now() > deadline)
      throw new Error(`PostgreSQL in ${home} is ${running.status} for too long`)
    if (running) {
      await wait(lookEvery)
      continue
    }
    if (!(await exists(data))) await makeFiles(home, data, programs, settings)
    await releaseFrom(data)
    const started = await tryToStart(home, data, programs, settings)
    if (started) {
      onLog(`PostgreSQL in ${home} listens on port ${started.port}\n`)
      return found(home, started, true)
    }
    if (++failures === triesToStart)
      throw new Error(`PostgreSQL in ${home} does not start: see ${logOf(home)}`)
    await wait(2 * lookEvery * failures)
  }
}

/**
 * Whose server this folder holds, as `sudo -u` takes it, where we may not read how to reach it: another operating-system
 * user's. Null: ours, or there is none.
 */
export async function ownerUnlessOurs(folder: string): Promise<string | null> {
  try {
    await access(path.join(folder, 'password'), constants.R_OK)
    return null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return ownerOf(folder)
    return null
  }
}

/** Of the folder, or of the one that hides it. */
async function ownerOf(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null)
  if (!found) return ownerOf(path.dirname(folder))
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = users.split('\n').map((line) => line.split(':'))
  return fields.find(([, , uid]) => uid === String(found.uid))?.[0] ?? `#${found.uid}`
}

/** The server that runs in this folder and takes connections, or null. Never starts one: what the terminal uses. */
export async function findEmbedded(folder: string): Promise<EmbeddedServer | null> {
  const home = await realpath(folder).catch(() => null)
  if (home === null) return null
  const running = await readPostmaster(path.join(home, 'postgres'))
  if (running?.status !== 'ready') return null
  const url = urlWith(await passwordOf(home), running.port)
  return (await answers(url('postgres')))
    ? { url, port: running.port, ours: false, stop: async () => {} }
    : null
}

/** What runs here. Ours when we started it, or when the process that did is gone. */
async function found(home: string, { pid, port }: Postmaster, started = false): Promise<EmbeddedServer> {
  const file = path.join(home, 'starter.pid')
  const starter = Number(await readFile(file, 'utf8').catch(() => ''))
  const ours = started || starter === process.pid || !starter || !isAlive(starter)
  if (ours) await writeFile(file, String(process.pid))
  return {
    url: urlWith(await passwordOf(home), port),
    port,
    ours,
    stop: async () => void (ours && (await stop(home, pid))),
  }
}

/** Starts the server on a free port and waits until it takes connections. Null: it ended; perhaps another one is there. */
async function tryToStart(
  home: string,
  data: string,
  programs: Programs,
  settings: readonly string[],
): Promise<Postmaster | null> {
  const options = [
    `port=${await freePort()}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    ...settings,
  ]
  await using log = await openLog(home)
  const server = programs.startServer(['-D', data, ...options.flatMap((option) => ['-c', option])], log.fd)
  let over = false
  const ended = once(server, 'exit')
    .catch(() => {})
    .then(() => void (over = true))
  server.unref()
  const deadline = Date.now() + startWithin
  while (!over && Date.now() < deadline) {
    const running = await readPostmaster(data)
    if (running?.pid === server.pid && running?.status === 'ready') return running
    await Promise.race([ended, wait(lookEvery)])
  }
  return null
}

/** Milliseconds. A server that does not shut down in this time is ended as by a power failure, which loses nothing. */
const stopWithin = 30_000

/** A fast shutdown: sessions are ended, what they had open is rolled back. Its lock file goes last. */
async function stop(home: string, pid: number): Promise<void> {
  const data = path.join(home, 'postgres')
  const holds = async () => (await readPostmaster(data))?.pid === pid
  const hurry = Date.now() + stopWithin
  if (await holds()) process.kill(pid, 'SIGINT')
  while (await holds()) {
    if (Date.now() > hurry) process.kill(pid, 'SIGQUIT')
    await wait(lookEvery / 5)
  }
  await rm(path.join(home, 'starter.pid'), { force: true })
}

/** Makes the files aside and puts them in place in one go: initdb may be killed, and two may do it at the same time. */
async function makeFiles(
  home: string,
  data: string,
  programs: Programs,
  settings: readonly string[],
): Promise<void> {
  await removeUnfinished(home)
  const made = path.join(home, `${unfinished}${process.pid}-${randomBytes(4).toString('hex')}`)
  const passwordFile = `${made}.password`
  await mkdir(made, { mode: 0o700 })
  await writeFile(passwordFile, await passwordOf(home), { mode: 0o600 })
  for (const file of [made, passwordFile]) await programs.give(file)
  const locale = process.platform === 'darwin' ? 'C' : 'C.UTF-8'
  const options = [
    `--pgdata=${made}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    `--locale=${locale}`,
  ]
  await programs.initdb(settings.includes('fsync=off') ? [...options, '--no-sync'] : options)
  await rm(passwordFile)
  await rename(made, data).catch(async (error: NodeJS.ErrnoException) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error
    await rm(made, { recursive: true })
  })
}

const unfinished = 'postgres.new-'

async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = name.startsWith(unfinished) ? Number.parseInt(name.slice(unfinished.length), 10) : null
    if (pid && pid !== process.pid && !isAlive(pid))
      await rm(path.join(home, name), { recursive: true, force: true })
  }
}

/** The same for all who ask at the same time: a link is made whole or not at all. */
async function passwordOf(home: string): Promise<string> {
  const file = path.join(home, 'password')
  if (!(await exists(file))) {
    const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
    await writeFile(draft, randomBytes(24).toString('base64url'), { mode: 0o600 })
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await rm(draft)
  }
  return readFile(file, 'utf8')
}

const urlWith = (password: string, port: number) => (database: string) =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

const logOf = (home: string) => path.join(home, 'postgres.log')

/** Bytes. A log that is larger when the server starts is put aside, in place of the one before. */
const largestLog = 10_000_000

async function openLog(home: string) {
  const file = logOf(home)
  const { size } = await stat(file).catch(() => ({ size: 0 }))
  if (size > largestLog) await rename(file, `${file}.old`)
  return open(file, 'a', 0o600)
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** A port that is free now. Another process may still take it before the server does; then its start fails. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((closed) => probe.close(closed))
  return port
}
