import { readFile } from 'node:fs/promises'
import { allProcesses } from '../src/adapters/process-table.ts'

/** All processes that run, with their arguments, as everybody on the machine may list them. Needs no `ps`. */
export async function commandsOfAll(): Promise<{ pid: number; parent: number; args: string }[]> {
  const listed = (await allProcesses()).map(async ({ pid, parent }) => {
    const args = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return { pid, parent, args: args.replaceAll('\0', ' ').trim() }
  })
  return Promise.all(listed)
}
