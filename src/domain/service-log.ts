import path from 'node:path'
import type { Service } from './runbook.ts'

/** The file that a service's output goes to. `folder`: the runbook's, where relative paths start. */
export function serviceLog({ log, pidFile }: Service, folder: string): string {
  const file = path.resolve(folder, pidFile)
  return log === undefined ? `${file.replace(/\.pid$/, '')}.log` : path.resolve(folder, log)
}
