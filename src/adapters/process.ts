import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { execa } from 'execa'
import { errorCode } from './error-code.ts'
import { readLines } from './lines.ts'

/** How a child ended. A program that could not be found or executed ends with 127 or 126, as in a shell. */
export interface Ended {
  /** Null when a signal ended it. */
  exitCode: number | null
  /** By the shells' convention: exit codes above 128 are signals, so a program that exits with 143 by itself is one too. */
  signal: NodeJS.Signals | null
  /** Our own signal ended it before it was through. */
  aborted: boolean
  /** The last lines of what it wrote, both streams in the order of their arrival, at most `keepLines`. */
  lastLines: string[]
}

export interface RunOptions {
  /** All that the child sees: secrets go here, and never into the arguments. Ours is not inherited. */
  environment: Readonly<Record<string, string | undefined>>
  directory?: string
  /** Each line as it comes, at most 8 KiB of it. Not redacted: that is the caller's. */
  onLine?: (line: string) => void
  keepLines?: number
  signal?: AbortSignal
  /** Milliseconds from SIGTERM to SIGKILL when aborted. */
  grace?: number
}

/**
 * A child whose streams the caller reads and writes. `ended` settles when it and all that it started are gone. Its
 * output must be taken at once: when a child ends, Node throws away what nobody had begun to read.
 */
export interface Piped {
  stdin: Writable
  stdout: Readable
  ended: Promise<Ended>
}

/**
 * A child on the leash. `sh` leads a process group of its own and holds the far end of two pipes: fd 3, the lifeline,
 * closes when we die, whatever way, or when we let go of it, and then a guard kills the whole group; on fd 4 it says
 * `begin`, from the process that becomes the child, and the exit code at the end. The guard is deaf to polite signals
 * from its birth on, so that the leash holds while an aborted child still tidies up.
 */
const leash = `trap '' TERM INT HUP QUIT
{ read -r _; kill -KILL -$$; } <&3 3<&- 4>&- >/dev/null 2>&1 &
trap : TERM INT HUP QUIT
(echo begin >&4; exec "$@" 3<&- 4>&-)
echo $? >&4
exec </dev/null >/dev/null 2>&1 3<&- 4>&-
wait`

/**
 * Milliseconds that output of a descendant which left the group (a daemon with its own session) is waited for. Bytes
 * that a slow reader has not taken yet are waited for without end.
 */
const strayOutput = 1000

/** Runs a program on the leash until it and all that it started are gone. Never throws for what the program does. */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  if (options.signal?.aborted) return unstarted
  const { stdin, ended } = start(file, args, options, 'lines')
  stdin.end()
  return ended
}

/** The same with its standard input and output as streams of bytes; only its errors are lines. */
export function pipe(file: string, args: readonly string[], options: RunOptions): Piped {
  return start(file, args, options, 'bytes')
}

const unstarted: Ended = { exitCode: null, signal: null, aborted: true, lastLines: [] }

function start(file: string, args: readonly string[], options: RunOptions, output: 'lines' | 'bytes'): Piped {
  const { environment, directory = process.cwd(), onLine, keepLines = 40, signal, grace = 10_000 } = options
  const child = execa('/bin/sh', ['-c', leash, 'leash', file, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: environment,
    extendEnv: false,
    cwd: directory,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
  })
  const { stdin, stdout, stderr } = child
  const [, , , lifeline, status] = child.stdio
  for (const stream of [stdin, stdout, stderr, lifeline, status]) stream.on('error', () => {})

  const lastLines: string[] = []
  const read = (stream: Readable) =>
    readLines(stream, (line) => {
      if (lastLines.push(line) > keepLines) lastLines.shift()
      onLine?.(line)
    })
  read(stderr)
  if (output === 'lines') read(stdout)

  let said = ''
  let begun = () => {}
  const begins = new Promise<void>((resolve) => (begun = resolve))
  let aborted = false
  const letGo = () => void lifeline.destroy()
  const outputOver = Promise.all([closed(stdout), closed(stderr)])
  const abort = async () => {
    aborted = true
    await begins // A signal before that would hit the leash alone.
    signalGroup(child.nodeChildProcess, 'SIGTERM')
    const enough = new AbortController()
    await Promise.race([outputOver, wait(grace, undefined, { signal: enough.signal }).catch(() => {})])
    enough.abort()
    letGo()
  }
  const onAbort = () => void abort()
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })

  status.on('data', (data: Buffer) => {
    said += data.toString()
    begun()
    if (exitCodeIn(said) !== null && !aborted) letGo()
  })

  const end = async (): Promise<Ended> => {
    const over = new AbortController()
    child.nodeChildProcess.once('exit', () => {
      begun()
      letGo()
      wait(strayOutput, undefined, { signal: over.signal }).then(
        () => {
          stderr.destroy()
          if (output === 'lines' || aborted) stdout.destroy()
        },
        () => {},
      )
    })
    const result = await child
    over.abort()
    signal?.removeEventListener('abort', onAbort)
    if (child.pid === undefined)
      return { exitCode: 126, signal: null, aborted, lastLines: [result.code ?? 'unknown'] }
    return { ...shellStatus(exitCodeIn(said)), aborted, lastLines }
  }
  return { stdin, stdout, ended: end() }
}

const closed = (stream: Readable): Promise<void> =>
  new Promise((resolve) => stream.once('close', () => resolve()))

/** Only while its leader is not reaped: until then nobody else can have its number. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

/** Of `begin` and the exit code, a line each. */
const exitCodeIn = (said: string): number | null => {
  const [, code] = /^begin\n(\d+)\n/.exec(said) ?? []
  return code === undefined ? null : Number(code)
}

/** What `$?` says. Nothing was said when the leash itself was killed, with all that hung on it. */
export function shellStatus(code: number | null): Pick<Ended, 'exitCode' | 'signal'> {
  if (code === null) return { exitCode: null, signal: 'SIGKILL' }
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0]
  return signal ? { exitCode: null, signal: signal as NodeJS.Signals } : { exitCode: code, signal: null }
}

/**
 * Starts a program that outlives us, in a session of its own, without any stream of ours. `ended` settles when it ends
 * while we live. Where the directory is missing: an exit code of 126, as from `run`.
 */
export function startDetached(
  file: string,
  args: readonly string[],
  { environment, directory }: Required<Pick<RunOptions, 'environment' | 'directory'>>,
): { pid: number | undefined; ended: Promise<Pick<Ended, 'exitCode' | 'signal'>> } {
  const child = execa(file, [...args], {
    stdio: 'ignore',
    env: environment,
    extendEnv: false,
    cwd: directory,
    detached: true,
    cleanup: false,
    reject: false,
  })
  child.nodeChildProcess.unref()
  const ended = child.then(({ exitCode, signal }) =>
    child.pid === undefined
      ? { exitCode: 126, signal: null }
      : { exitCode: exitCode ?? null, signal: signal ?? null },
  )
  return { pid: child.pid, ended }
}
