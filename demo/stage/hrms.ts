import { buildReleases, findSdk } from './releases.ts'
import { layRunbooksBySql, runbooksOnDotnet, type Configured } from './runbooks.ts'

/**
 * HRMS on .NET, its migrations by EF Core; or in TypeScript, its migrations as SQL files. `null`: on .NET where there
 * is an SDK 10 and both releases build.
 */
export type Wanted = 'dotnet' | 'sql' | null

/** Which HRMS the demo plays with. Says it in one line, and why. Throws when what is wanted cannot be had. */
export async function chooseHrms(
  wanted: Wanted,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Configured & { onDotnet: boolean }> {
  const why = wanted === 'sql' ? 'As you asked' : await buildOnDotnet(say, signal)
  if (why === null) return { ...runbooksOnDotnet, onDotnet: true }
  if (wanted === 'dotnet') throw new Error(`${why}.`)
  say(`${why}: the HRMS is the TypeScript one, and its migrations are SQL files.`)
  return { ...(await layRunbooksBySql()), onDotnet: false }
}

/** Null: it is built. Otherwise why it is not. */
async function buildOnDotnet(say: (line: string) => void, signal: AbortSignal): Promise<string | null> {
  const sdk = await findSdk()
  if (sdk === null) return 'No .NET SDK 10 here'
  const faults = await buildReleases(sdk, say, signal)
  signal.throwIfAborted()
  if (faults) {
    for (const fault of faults) say(`  ${fault}`)
    return `HRMS does not build with .NET SDK ${sdk} here`
  }
  say(`.NET SDK ${sdk} is here: HRMS is the ASP.NET one, and its migrations are those of EF Core.`)
  return null
}
