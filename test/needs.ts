import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import type { TestOptions } from 'vitest'

// The one place that skips tests. Each says what the machine lacks, and the Debian package that brings it; both stand at
// the end of a run (skipped-reporter.ts). In CI none may be missing.

declare module 'vitest' {
  interface TaskMeta {
    /** What a test was skipped for: what is missing, and what brings it. */
    missing?: string
  }
}

export interface Need {
  what: string
  /** A package, or what else has to be done. */
  brings: string
  isMet: () => boolean
}

/** Options of a test or a group that cannot be without this. */
export function needing({ what, brings, isMet }: Need): TestOptions {
  return isMet() ? {} : { skip: true, meta: { missing: `${what}: ${brings}` } }
}

const project = path.join(import.meta.dirname, '..')
const works = (program: string, args: readonly string[], cwd = project): boolean =>
  spawnSync(program, args, { cwd, stdio: 'ignore' }).status === 0

const once = (look: () => boolean): (() => boolean) => {
  let found: boolean | undefined
  return () => (found ??= look())
}

/** Not met where the SDK is older than 10 either: global.json of the demo says which one it is. */
export const dotnet: Need = {
  what: '.NET SDK 10',
  brings: 'dotnet-sdk-10.0, of https://dotnet.microsoft.com/download',
  isMet: once(() => works('dotnet', ['--version'], path.join(project, 'demo/hrms-dotnet'))),
}

export const chromium: Need = {
  what: '/usr/bin/chromium',
  brings: 'chromium fonts-noto-color-emoji fonts-inter',
  isMet: () => existsSync('/usr/bin/chromium'),
}

export const pgbouncer: Need = {
  what: '/usr/sbin/pgbouncer',
  brings: 'pgbouncer',
  isMet: () => existsSync('/usr/sbin/pgbouncer'),
}

export const zstd: Need = { what: 'zstd', brings: 'zstd', isMet: once(() => works('zstd', ['--version'])) }

export const root: Need = {
  what: 'the rights of root',
  brings: 'no package, run the tests as root',
  isMet: () => process.getuid?.() === 0,
}

export const mounts: Need = {
  what: 'the right to mount',
  brings: 'no package, run the tests as root with CAP_SYS_ADMIN',
  isMet: once(() => works('unshare', ['--mount', 'true'])),
}

export const ipv6: Need = {
  what: 'an IPv6 address',
  brings: 'no package, a network with IPv6',
  isMet: () => Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6')),
}

export const linux: Need = { what: 'Linux', brings: 'no package', isMet: () => process.platform === 'linux' }
