import { unread } from '../../demo/stage/unread.ts'
import type { DumpOptions } from '../../src/adapters/dump.ts'
import type { TargetAddress } from '../../src/adapters/postgres/target-address.ts'

export const addressOf = (url: string): TargetAddress => {
  const { host, pathname } = new URL(url)
  return { url, variable: 'TARGET_URL', host, database: pathname.slice(1) }
}

export const optionsOf = (folder: string, given: Partial<DumpOptions> = {}): DumpOptions => ({
  folder,
  name: 'hrms-7F3A-1-1',
  applicationName: 'lockkeeper:7F3A-1',
  estimateBytes: null,
  signal: new AbortController().signal,
  output: unread,
  progress: () => {},
  ...given,
})
