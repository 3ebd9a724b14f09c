import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { dotnet, dotnetEnvironment, sdkVersion, type Dotnet } from '../../src/adapters/dotnet.ts'
import type { Release } from '../hrms/release.ts'
import { project } from './places.ts'

const source = path.join(project, 'demo', 'hrms-dotnet')
/** Where its project files put it, and the runbook's `release` finds it. */
const artifacts = path.join(source, 'artifacts')

/** The version of the SDK that demo/hrms-dotnet is built with; null: there is no .NET SDK 10. */
export async function findSdk(): Promise<string | null> {
  const found = await sdkVersion(at('after'))
  return found.ok ? found.value : null
}

/**
 * Builds both releases of HRMS, each only when it is not what was built last. Null: both are there; otherwise what
 * `dotnet` said.
 * @param sdk its version
 */
export async function buildReleases(
  sdk: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string[] | null> {
  const key = await keyOf(sdk)
  for (const [release, version] of versions) {
    const stamp = path.join(artifacts, release, 'built')
    if ((await readFile(stamp, 'utf8').catch(() => '')) === key) continue
    const began = performance.now()
    say(`Building HRMS ${version} with .NET SDK ${sdk}, about 20 seconds; the next start is quicker.`)
    await rm(stamp, { force: true })
    const faults = await build(release, signal)
    if (faults) return faults
    await writeFile(stamp, key)
    say(`HRMS ${version} is built, in ${Math.round((performance.now() - began) / 1000)} s.`)
  }
  return null
}

/** As the runbook names them. */
const versions: [Release, string][] = [
  ['before', '2025.10'],
  ['after', '2025.11'],
]

const at = (release: Release, signal?: AbortSignal): Dotnet => ({
  directory: source,
  environment: dotnetEnvironment(process.env, [], { HrmsRelease: release }),
  ...(signal && { signal }),
})

/** Null: it went well. */
async function build(release: Release, signal: AbortSignal): Promise<string[] | null> {
  for (const words of [
    ['restore', 'src/HRMS.API', '--locked-mode'],
    ['publish', 'src/HRMS.API', '--no-restore'],
  ]) {
    const { exitCode, lastLines } = await dotnet(at(release, signal), words)
    if (exitCode !== 0) return [`dotnet ${words.join(' ')}: exit code ${exitCode}`, ...errorsIn(lastLines)]
  }
  return null
}

/** MSBuild writes each error twice, with the project in brackets. */
const errorsIn = (lines: readonly string[]): string[] => {
  const told = lines.filter((line) => /\berror\b/.test(line)).map((line) => line.replace(/ *\[[^\]]*\]$/, ''))
  return [...new Set(told)].map((line) => line.trim()).slice(0, 3)
}

/** Of all that a build is made of. */
async function keyOf(sdk: string): Promise<string> {
  const entries = await readdir(source, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('artifacts'))
  const hash = createHash('sha256').update(sdk)
  for (const file of files.sort()) hash.update(`\n${file}\n`).update(await readFile(path.join(source, file)))
  return hash.digest('hex')
}
