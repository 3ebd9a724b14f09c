import path from 'node:path'
import { dotnetEnvironment, type Dotnet } from '../../adapters/dotnet.ts'
import { ef, type EfEnded } from '../../adapters/dotnet-ef.ts'
import type { EfCoreSettings } from '../../domain/runbook.ts'
import type { Place } from '../engine-parameters.ts'
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

/**
 * Settings of every session that a command of a plan opens: a project's own code runs in it, also its `Main` where there
 * is no design-time factory, and may write nothing. A program of a run gets its own.
 */
const careful =
  '-c default_transaction_read_only=on -c lock_timeout=2000 -c statement_timeout=60000 -c search_path=public'

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
        // Npgsql gives up after 30 s by itself; how long a statement may take is the server's to say.
        [settings.connection]: `${npgsqlConnection(place.address)};Command Timeout=0`,
        PGOPTIONS: careful,
        ...asInProduction(settings.environment),
      }),
      signal: AbortSignal.timeout(longest),
    },
  }
}

/** `dotnet ef` says Development where nothing is said, and a factory may read its settings by that. */
const asInProduction = (named: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    ['DOTNET_ENVIRONMENT', 'ASPNETCORE_ENVIRONMENT']
      .filter((name) => !named.includes(name))
      .map((name) => [name, 'Production']),
  )

/** A command of `dotnet ef` on what is built. The context is always named: without it Main would run even where there is a factory. */
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
