import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const lookEvery = 100

/**
 * Does something once, whichever test process asks first; the others wait for it, and all of them learn how it ended.
 * The folder keeps that: it belongs to one run of the tests, so nobody waits for a process of an earlier one.
 */
export async function once(folder: string, work: () => Promise<void>): Promise<void> {
  const end = path.join(folder, 'end')
  await mkdir(path.dirname(folder), { recursive: true })
  if (await claims(folder)) {
    const fault = await work().then(
      () => '',
      (error: unknown) => String(error),
    )
    await writeFile(`${end}.new`, fault)
    await rename(`${end}.new`, end)
  }
  for (;;) {
    const fault = await readFile(end, 'utf8').catch(() => null)
    if (fault) throw new Error(fault)
    if (fault === '') return
    await pause(lookEvery)
  }
}

/** Only one `mkdir` makes a folder. */
const claims = (folder: string): Promise<boolean> =>
  mkdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
      return false
    },
  )
