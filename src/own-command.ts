import { realpathSync } from 'node:fs'
import path from 'node:path'
import { quoted } from './shell-line.ts'

/** What a process tells of how it was started. */
export interface Started {
  /** The script, absolute, links unresolved: `process.argv[1]`. */
  script: string
  node: string
  cwd: string
  environment: Readonly<Record<string, string | undefined>>
}

/**
 * How Lockkeeper is called where this process was started. Never by a form of npx that would install a package: another
 * one may have that name. `LOCKKEEPER_COMMAND` says it where nobody else can know: `docker exec bot node dist/src/main.js`.
 */
export function ownCommand(started: Started): string {
  const { script, node, environment } = started
  const given = environment['LOCKKEEPER_COMMAND']?.trim()
  if (given) return given
  const isByNpm = environment['npm_lifecycle_event'] !== undefined
  if (path.basename(script) !== 'lockkeeper') {
    const project = path.dirname(environment['npm_package_json'] ?? '')
    if (isByNpm && environment['npm_package_name'] === 'lockkeeper' && isWithin(script, project))
      return 'npm run --silent lockkeeper --'
    const isFound = found('node', environment) === real(node)
    return `${isFound ? 'node' : quoted(node)} ${quoted(script)}`
  }
  // What npm puts into PATH is there for its own children alone.
  const isOfProject = path.dirname(script).endsWith(path.join('node_modules', '.bin'))
  if (isOfProject)
    return isByNpm && isWithin(started.cwd, path.resolve(script, '../../..'))
      ? 'npx --no -- lockkeeper'
      : quoted(script)
  return found('lockkeeper', environment) === real(script) ? 'lockkeeper' : quoted(script)
}

/** The same on the bot's host, whatever folder somebody is in: configuration and data are looked for in the bot's. */
export function commandOnHost(started: Started): string {
  const { cwd, environment } = started
  if (environment['LOCKKEEPER_COMMAND']?.trim()) return ownCommand(started)
  const files = ['LOCKKEEPER_CONFIG', 'LOCKKEEPER_FOLDER'].flatMap((name) => {
    const named = environment[name]?.trim()
    return named ? [`${name}=${quoted(path.resolve(cwd, named))}`] : []
  })
  return [`cd ${quoted(cwd)} &&`, ...files, ownCommand(started)].join(' ')
}

const isWithin = (file: string, folder: string): boolean =>
  path.isAbsolute(folder) && (file === folder || file.startsWith(`${folder}${path.sep}`))

/** What a name in PATH leads to. */
function found(name: string, environment: Started['environment']): string | null {
  const folders = (environment['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
  for (const folder of folders) {
    const file = real(path.join(folder, name))
    if (file !== null) return file
  }
  return null
}

function real(file: string): string | null {
  try {
    return realpathSync(file)
  } catch {
    return null
  }
}
