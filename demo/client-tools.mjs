// pg_dump, pg_restore and psql: what backups are made and read with, and pg_dumpall for their roles. The embedded server brings none of them.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { unpackedFolder, unpackTools } from './unprivileged-tools.mjs'

const needed = ['pg_dump', 'pg_restore', 'psql', 'pg_dumpall']

/** For the demo's server 15: a client must not be older, and what pg_restore 17 writes does not go into it. */
const fitting = /\(PostgreSQL\) 1[56]\b/

/**
 * Finds the client tools, or installs them.
 * @param {string} project @param {(line: string) => void} say
 * @returns {boolean} false: there are none, and it was said what to do
 */
export function haveClientTools(project, say) {
  const there = () => folders(project).some(hasTools)
  if (there()) return true
  const way = installWay()
  if (way?.allowed) {
    say(`Installing PostgreSQL client tools: ${way.says}`)
    for (const [file, ...rest] of way.commands)
      spawnSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'], env: way.environment })
    if (there()) return true
  } else if (way?.unpacks) {
    say('Fetching PostgreSQL client tools into .lockkeeper/tools, since you may not install packages.')
    if (unpackTools(project, needed) && there()) return true
  }
  say(`PostgreSQL client tools of version 15 or 16 are missing (${needed.join(', ')}).`)
  if (way) say(`Run this, then start again:\n\n    ${way.says}\n`)
  return false
}

/** PATH, where Debian and Homebrew put versions beside each other, and what was unpacked here. */
function folders(project) {
  const versions = (parent) => {
    try {
      return readdirSync(parent).map((name) => path.join(parent, name, 'bin'))
    } catch {
      return []
    }
  }
  const brewed = ['/opt/homebrew/opt', '/usr/local/opt'].flatMap(versions)
  return [
    ...(process.env.PATH ?? '').split(path.delimiter),
    ...versions('/usr/lib/postgresql'),
    ...brewed.filter((folder) => /\/(postgresql|libpq)[@\d]*\/bin$/.test(folder)),
    unpackedFolder(project),
  ]
}

/** Debian's wrapper in /usr/bin may be there without the program that it wraps: only an answer counts. */
const hasTools = (folder) =>
  needed.every((tool) =>
    fitting.test(spawnSync(path.join(folder, tool), ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  )

function installWay() {
  const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
  if (process.platform === 'darwin') {
    const command = ['brew', 'install', 'postgresql@15']
    return {
      says: command.join(' '),
      allowed: has('brew'),
      unpacks: false,
      commands: [command],
      environment: process.env,
    }
  }
  if (!has('apt-get')) return null
  const root = process.getuid?.() === 0
  return {
    says: `${root ? '' : 'sudo '}apt-get install postgresql-client`,
    allowed: root,
    unpacks: has('dpkg-deb'),
    commands: [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'postgresql-client'],
    ],
    environment: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
}
