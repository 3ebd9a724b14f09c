import path from 'node:path'
import { execa } from 'execa'
import { inject } from 'vitest'
import type { Release } from '../demo/hrms/release.ts'
import { quietDotnet } from '../src/adapters/dotnet.ts'
import { once } from './once.ts'

/** A release of demo/hrms-dotnet, built. Whoever changes or rebuilds it takes an `ArtifactsPath` of their own. */
export interface HrmsBuild {
  /** Of the sources and the tool manifest: where `dotnet ef` is called. What follows is relative to it. */
  directory: string
  project: string
  startupProject: string
  context: string
  /** What `dotnet ef --no-build` needs besides the connection, to find this build. */
  environment: Record<string, string>
  /** The published application: `dotnet DLL`. */
  dll: string
}

const directory = path.resolve(import.meta.dirname, '../demo/hrms-dotnet')

/**
 * Builds a release once in a run of the tests (10 to 20 seconds), whichever test file asks first; the others wait.
 * It lies in the folder of the run and goes with it. Throws with the compiler's lines when it does not build.
 */
export async function hrmsBuild(release: Release): Promise<HrmsBuild> {
  const home = path.join(inject('folder'), 'dotnet')
  const built: HrmsBuild = {
    directory,
    project: 'src/HRMS.Infrastructure',
    startupProject: 'src/HRMS.API',
    context: 'MasterDbContext',
    environment: {
      ...quietDotnet,
      HrmsRelease: release,
      ArtifactsPath: home,
      DirectoryBuildPropsPath: path.join(directory, 'Directory.Build.props'),
    },
    dll: path.join(home, release, 'publish/HRMS.API/release/HRMS.API.dll'),
  }
  const dotnet = execa({ cwd: directory, env: built.environment, all: true })
  await once(path.join(home, 'tools'), async () => void (await dotnet`dotnet tool restore`))
  await once(path.join(home, `build-${release}`), async () => {
    await dotnet`dotnet restore ${built.startupProject} --locked-mode`
    await dotnet`dotnet publish ${built.startupProject} --no-restore --nodereuse:false`
  })
  return built
}

/** A database's URL as Npgsql reads it. */
export function connectionString(url: string): string {
  const { hostname, port, pathname, username, password } = new URL(url)
  const parts = {
    Host: hostname,
    Port: port,
    Database: pathname.slice(1),
    Username: username,
    Password: password,
  }
  return Object.entries(parts)
    .map(([name, value]) => `${name}='${decodeURIComponent(value).replaceAll("'", "''")}'`)
    .join(';')
}
