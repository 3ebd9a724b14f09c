import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { expect, onTestFinished } from 'vitest'
import { until } from './until.ts'

/**
 * The PID of a process that ended and that nobody collects, until the end of the test. It ends once its parent has become
 * `sleep`: a shell might collect it before that.
 */
export async function zombie(): Promise<number> {
  const child = `while ! grep -q sleep /proc/$PPID/comm; do sleep 0.01; done`
  const parent = spawn('/bin/sh', ['-c', `sh -c '${child}' & echo $!; exec sleep 973`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const pid = Number((await once(parent.stdout, 'data')).toString())
  await until(async () => expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '))
  return pid
}
