// Debian's client tools for somebody who may not install packages: fetched by apt with folders of its own, and unpacked.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The folder of unpacked tools, whether they are there or not. @param {string} project */
export const unpackedFolder = (project) => path.join(project, '.lockkeeper', 'tools', 'bin')

/**
 * Fetches the client and the libraries that are missing here, and unpacks them. False: it did not work.
 * @param {string} project @param {readonly string[]} tools
 */
export function unpackTools(project, tools) {
  const folder = path.dirname(unpackedFolder(project))
  rmSync(folder, { recursive: true, force: true })
  for (const below of ['lists/partial', 'cache/archives/partial', 'packages', 'root', 'bin'])
    mkdirSync(path.join(folder, below), { recursive: true })
  const fetched = fetchPackages(folder)
  const unpacked = fetched.every(
    (file) => spawnSync('dpkg-deb', ['-x', file, path.join(folder, 'root')]).status === 0,
  )
  for (const below of ['lists', 'cache', 'packages'])
    rmSync(path.join(folder, below), { recursive: true, force: true })
  if (fetched.length === 0 || !unpacked) return false
  for (const tool of tools)
    writeFileSync(path.join(folder, 'bin', tool), wrapper(path.join(folder, 'root'), tool), { mode: 0o755 })
  return true
}

/** Package files; none where apt could not. dpkg's own record of what is installed is read, so that only what is missing comes. */
function fetchPackages(folder) {
  const settings = path.join(folder, 'apt.conf')
  const lines = [
    `Dir::State::lists "${folder}/lists";`,
    `Dir::State::extended_states "${folder}/extended_states";`,
    `Dir::Cache "${folder}/cache";`,
    'Debug::NoLocking "true";',
  ]
  writeFileSync(settings, `${lines.join('\n')}\n`)
  const packages = path.join(folder, 'packages')
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      cwd: packages,
      encoding: 'utf8',
      env: { ...process.env, APT_CONFIG: settings },
    })
  if (apt('update', '-qq').status !== 0) return []
  const planned = apt('install', '--print-uris', '-qq', '-y', '--no-install-recommends', 'postgresql-client')
  const names = [...planned.stdout.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map(([, name]) => name)
  if (names.length === 0 || apt('download', '-qq', ...names).status !== 0) return []
  return readdirSync(packages).map((file) => path.join(packages, file))
}

/** A program of its own that knows where its libraries are, so that nobody has to hand an environment down. */
function wrapper(root, tool) {
  const below = (parent) =>
    existsSync(path.join(root, parent))
      ? readdirSync(path.join(root, parent)).map((name) => path.join(root, parent, name))
      : []
  const libraries = [...below('usr/lib'), ...below('lib')].filter((folder) => folder.endsWith('-linux-gnu'))
  const version = readdirSync(path.join(root, 'usr/lib/postgresql'))[0]
  return `#!/bin/sh\nLD_LIBRARY_PATH="${libraries.join(':')}" exec "${root}/usr/lib/postgresql/${version}/bin/${tool}" "$@"\n`
}
