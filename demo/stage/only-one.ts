import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isAlive } from '../../src/alive.ts'
import { folder } from './places.ts'

const file = path.join(folder, 'demo.pid')

/**
 * One demo a checkout: its databases are made anew with every start, under the feet of another one. Returns what lets
 * the next one in, or null when one runs already. A demo that was killed is no demo.
 */
export function takePlace(): (() => void) | null {
  mkdirSync(folder, { recursive: true })
  for (const last of [false, true]) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (last || isAlive(Number(readFileSync(file, 'utf8')))) return null
      rmSync(file, { force: true })
    }
  }
  return null
}
