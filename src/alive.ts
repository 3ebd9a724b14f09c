import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Whether a process runs, whoever owns it. A zombie does not: it ended, and its parent has not collected it. Where PID 1
 * collects no orphans, as in a container without an init, a zombie stays, and a signal 0 reaches it for ever.
 */
export const isAlive = (pid: number): boolean => takesSignals(pid) && !hasEnded(stateOf(pid))

/** Whether a process or a zombie has this PID: what `kill -0` tells, and all that PostgreSQL asks before it starts. */
export function takesSignals(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether this is the state of a zombie or of a process that is being removed (proc(5)). */
export const hasEnded = (state: string): boolean => /^[ZXx]/.test(state)

/** The fields of `/proc/PID/stat` after the name, which stands in parentheses and may hold anything: state, parent, … */
export const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ')

/** Empty where nobody tells: /proc may hide the processes of other users. */
function stateOf(pid: number): string {
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
  try {
    return fieldsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))[0] ?? ''
  } catch {
    return ''
  }
}
