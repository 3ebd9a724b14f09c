import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { errorCode } from '../error-code.ts'
import { groupOf, processOf, type RunningProcess } from '../process-table.ts'

/** What a pid file says. Unknown is never "gone": `why` is for people. */
export type Found =
  /** `ours`: Lockkeeper started it. */
  { is: 'running'; process: RunningProcess; ours: boolean } | { is: 'gone' } | { is: 'unknown'; why: string }

/** Milliseconds that the clocks of file system and process table may be apart. */
const clockSlack = 2000

/**
 * The process that a pid file names, if it is still that one: PIDs are used again. Where we started it, its begin is
 * kept beside the pid file; a process that somebody else's file names must have begun before that file was written.
 */
export async function readPidFile(file: string): Promise<Found> {
  let written: { text: string; at: number }
  try {
    written = { text: await readFile(file, 'utf8'), at: (await stat(file)).mtimeMs }
  } catch (error) {
    return errorCode(error) === 'ENOENT'
      ? { is: 'gone' }
      : { is: 'unknown', why: `${file} cannot be read (${errorCode(error)})` }
  }
  const pid = Number(/^\d+$/.exec((written.text.split('\n', 1)[0] ?? '').trim())?.[0])
  if (!pid) return { is: 'unknown', why: `${file} holds no PID` }
  if (pid === process.pid || pid === process.ppid)
    return { is: 'unknown', why: `${file} names Lockkeeper itself` }
  const found = await processOf(pid)
  if (!found) return withoutLeader(file, pid)
  const began = await keptBegin(file, pid)
  if (began !== null)
    return began === found.began ? { is: 'running', process: found, ours: true } : { is: 'gone' }
  if (found.beganAt > written.at + clockSlack)
    return { is: 'unknown', why: `${file} names PID ${pid}, which began after the file was written` }
  return { is: 'running', process: found, ours: false }
}

/** A number is not given again while a group has it, so what is left of a group belonged to the one that led it. */
async function withoutLeader(file: string, pid: number): Promise<Found> {
  const left = await groupOf(pid)
  if (left.length === 0) return { is: 'gone' }
  const pids = left.map((other) => other.pid).join(', ')
  return { is: 'unknown', why: `PID ${pid} of ${file} has ended, but of its group ${pids} still runs` }
}

const beginFile = (file: string) => `${file}.began`

/** Keeps when the process of this pid file began. */
export async function keepBegin(file: string, { pid, began }: RunningProcess): Promise<void> {
  await writeFile(beginFile(file), JSON.stringify({ pid, began }))
}

async function keptBegin(file: string, pid: number): Promise<string | null> {
  try {
    const kept = JSON.parse(await readFile(beginFile(file), 'utf8')) as { pid: number; began: string }
    return kept.pid === pid ? kept.began : null
  } catch {
    return null
  }
}

/** Removes the file of a process that is gone, unless it names another one by now. */
export async function clearPidFile(file: string): Promise<void> {
  if ((await readPidFile(file)).is !== 'gone') return
  await rm(file, { force: true })
  await rm(beginFile(file), { force: true })
}
