import path from 'node:path'
import { dotnetEnvironment, type Dotnet } from '../../adapters/dotnet.ts'
import { ef, type EfEnded } from '../../adapters/dotnet-ef.ts'
import type { EfCoreSettings } from '../../domain/runbook.ts'
import type { Place } from '../place.ts'
import { npgsqlConnection } from './connection.ts'

/** A project as `dotnet ef` is told of it. */
export interface Project {
  settings: EfCoreSettings
  /** The role that the statements run as; without it, the one that connects. */
  owner?: string | undefined
  /** Absolute. */
  project: string
  startup: string
  /** Where everything that is built of it goes: nothing is written beside its source, where it may be running. */
  build: string
  at: Dotnet
}

/** Milliseconds. A large application restores and builds in a few minutes. */
const longest = 20 * 60_000

/** @param build absolute; MSBuild takes its properties from the environment */
export function projectOf(settings: EfCoreSettings, place: Place, build: string): Project {
  const project = path.resolve(place.folder, settings.project)
  const startup = path.resolve(place.folder, settings.startupProject ?? settings.project)
  return {
    settings,
    owner: place.owner,
    project,
    startup,
    build,
    at: {
      directory: /\.\w+proj$/.test(startup) ? path.dirname(startup) : startup,
      environment: dotnetEnvironment(place.environment, settings.environment, {
        UseArtifactsOutput: 'true',
        ArtifactsPath: build,
        [settings.connection]: npgsqlConnection(place.address),
      }),
      signal: AbortSignal.timeout(longest),
    },
  }
}

/** A command of `dotnet ef` on what is built. The context is always named: without it Main would run. */
export const efOn = (
  { settings, project, startup, at }: Project,
  words: readonly string[],
  rest: readonly string[] = [],
): Promise<EfEnded> =>
  ef(at, words, [
    '--no-build',
    '--project',
    project,
    '--startup-project',
    startup,
    '--context',
    settings.context,
    '--configuration',
    settings.configuration,
    ...(settings.framework ? ['--framework', settings.framework] : []),
    ...rest,
  ])
