import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/**
 * Where Node keeps compiled code between two starts, or null for nowhere. Whoever can write there decides what this
 * process runs, so it lies in this user's own home, and nowhere when the home is somebody else's (sudo, a container's
 * user without one). https://nodejs.org/api/module.html#module-compile-cache
 */
export function compileCacheFolder(
  { XDG_CACHE_HOME }: Readonly<Record<string, string | undefined>>,
  home = homedir(),
): string | null {
  const folder = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : home
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid
  if (owner === undefined || owner !== process.getuid?.()) return null
  return path.join(folder === home ? path.join(home, '.cache') : folder, 'lockkeeper')
}
