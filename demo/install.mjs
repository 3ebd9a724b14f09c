#!/usr/bin/env node
// Makes a fresh clone ready, then runs a script with the Node that the project is written for.
//   node demo/install.mjs SCRIPT [ARGUMENTS…]     e.g. node demo/install.mjs demo/start.ts --auto
// Plain JavaScript that Node 20 runs, with no package: it is what installs them.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { haveClientTools } from './client-tools.mjs'
import { unpackedFolder } from './unprivileged-tools.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))
const [script, ...given] = process.argv.slice(2)

if (!script) {
  console.error('Say which script to run: node demo/install.mjs demo/start.ts')
  process.exit(2)
}
installPackages()
if (!haveClientTools(project, say)) process.exit(1)
run(script, given)

/** As the lockfile says, when that is newer than what is installed. */
function installPackages() {
  // npm ci empties node_modules first: through a link that would be somebody else's.
  if (lstatSync(path.join(project, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    say('node_modules is a link: its packages are left as they are.')
    return
  }
  const installed = path.join(project, 'node_modules', '.package-lock.json')
  const lock = path.join(project, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  say('Installing packages (npm ci), about 20 seconds the first time.')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    stdio: 'inherit',
  })
  if (npm.status !== 0) {
    console.error('npm ci failed; what it says stands above. It needs the npm registry.')
    process.exit(1)
  }
}

/** With Node 24 from the packages, whatever Node runs this file. */
function run(script, given) {
  const bin = path.join(project, 'node_modules', '.bin')
  const child = spawn(path.join(bin, 'node'), [script, ...given], {
    cwd: project,
    stdio: 'inherit',
    env: { ...process.env, PATH: [bin, process.env.PATH, unpackedFolder(project)].join(path.delimiter) },
  })
  child.on('error', (error) => {
    console.error(
      `Node 24 of node_modules cannot be started (${error.code}). Remove node_modules and try again.`,
    )
    process.exit(1)
  })
  // Ctrl-C reaches the child by itself; a signal to this process alone is passed on. Its end is ours.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

function say(line) {
  console.log(line)
}
