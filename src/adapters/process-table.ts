import { readFile, readdir } from 'node:fs/promises'
import { fieldsOf, hasEnded } from '../alive.ts'
import { run } from './process.ts'

/** A process that runs. One that ended and was not collected by its parent (a zombie) does not. */
export interface RunningProcess {
  pid: number
  /** With the PID it names one process for ever, over restarts of the machine too: PIDs are used again. */
  began: string
  /** The same in milliseconds since 1970, by the clock as it is set now. */
  beganAt: number
  group: number
  parent: number
}

/** The process with this PID, or null. */
export async function processOf(pid: number): Promise<RunningProcess | null> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  return process.platform === 'linux' ? fromProc(pid) : ((await fromPs(['-p', String(pid)]))[0] ?? null)
}

/** The processes of a group. */
export const groupOf = async (group: number): Promise<RunningProcess[]> =>
  (await allProcesses()).filter((other) => other.group === group)

/** All processes that this one can see. */
export async function allProcesses(): Promise<RunningProcess[]> {
  if (process.platform !== 'linux') return fromPs(['-ax'])
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const all = await Promise.all(pids.map(fromProc))
  return all.filter((other) => other !== null)
}

/** A process with its descendants, and with its group where it leads one. */
export function familyOf(
  { pid, group }: RunningProcess,
  processes: readonly RunningProcess[],
): RunningProcess[] {
  const family = new Set([pid])
  for (let size = 0; size < family.size;) {
    size = family.size
    for (const other of processes)
      if (family.has(other.parent) || (group === pid && other.group === group)) family.add(other.pid)
  }
  return processes.filter((other) => family.has(other.pid))
}

/** Linux counts in hundredths of a second since the start of the machine, whatever its own clock does (proc(5)). */
const ticksPerSecond = 100

async function fromProc(pid: number): Promise<RunningProcess | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (stat === null) return null
  // State, parent, group, session, …; the 20th is the start.
  const [state = '', parent, group, ...rest] = fieldsOf(stat)
  if (hasEnded(state)) return null
  const ticks = Number(rest[16])
  const { id, at } = await boot()
  return {
    pid,
    began: `${id}/${ticks}`,
    beganAt: at + (ticks * 1000) / ticksPerSecond,
    group: Number(group),
    parent: Number(parent),
  }
}

async function boot(): Promise<{ id: string; at: number }> {
  const id = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const [, seconds] = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8')) ?? []
  return { id, at: Number(seconds) * 1000 }
}

/** Where there is no /proc. `lstart` has seconds: `Mon Nov 16 13:37:00 2026`. */
async function fromPs(which: string[]): Promise<RunningProcess[]> {
  const { lastLines } = await run('ps', [...which, '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    environment: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
    keepLines: 100_000,
  })
  return lastLines.flatMap((line) => {
    const [pid, parent, group, state, ...rest] = line.trim().split(/\s+/)
    const began = rest.join(' ')
    if (!pid || !began || hasEnded(state ?? '')) return []
    return [
      {
        pid: Number(pid),
        began,
        beganAt: Date.parse(began),
        group: Number(group),
        parent: Number(parent),
      },
    ]
  })
}
