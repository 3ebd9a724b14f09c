import { execFile } from 'node:child_process'
import { readFile, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { isAlive, takesSignals } from '../alive.ts'

/** The server that holds a data folder. */
export interface Postmaster {
  pid: number
  port: number
  status: 'ready' | 'starting' | 'stopping'
}

const lockFile = (data: string) => path.join(data, 'postmaster.pid')

/** Who holds this data folder (an absolute path without links), or null. A PID that another program has by now is nobody. */
export async function readPostmaster(data: string): Promise<Postmaster | null> {
  // Lines: PID, folder, start time, port, socket folder, address, shared memory, status (PostgreSQL, miscadmin.h).
  const lines = (await readFile(lockFile(data), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!pid || !(await isPostmasterOf(pid, data))) return null
  const status = lines[7]?.trim()
  const port = Number(lines[3])
  if (status === 'stopping') return { pid, port, status }
  return { pid, port, status: port && (status === 'ready' || status === 'standby') ? 'ready' : 'starting' }
}

/** A server works in its data folder. */
async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === data
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.includes(data)
}

/** Larger than any process has (Linux: at most 4194304). */
const nobody = 4_194_305

/**
 * Lets a server start although another program has the PID of a dead one by now, as after a restart of a container,
 * where PIDs are small, or the dead one is a zombie: PostgreSQL itself would refuse. The rest of the file stays: by it the server still finds out
 * whether backends of the dead one live on.
 */
export async function releaseFrom(data: string): Promise<void> {
  const text = await readFile(lockFile(data), 'utf8').catch(() => '')
  const pid = Number(text.split('\n', 1)[0])
  if (takesSignals(pid) && !(await isPostmasterOf(pid, data)))
    await writeFile(lockFile(data), text.replace(/^\d+/, String(nobody)))
}
