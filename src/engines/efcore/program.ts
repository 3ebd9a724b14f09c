import path from 'node:path'
import { dotnet } from '../../adapters/dotnet.ts'
import { ended, plainly, type EfEnded } from '../../adapters/dotnet-ef.ts'
import { run } from '../../adapters/process.ts'
import { sha256OfFolder } from '../../adapters/sha256.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { type Prepared, type Program, statementsOf, type Unit } from '../../domain/script.ts'
import type { Place } from '../engine-parameters.ts'
import type { Build } from './build.ts'
import { makeBundle, sha256OfBundle } from './bundle.ts'
import type { Project } from './project.ts'

/**
 * What will apply the migrations: made now, so that nothing is built while users are out. Null: the script does it.
 * Fails with `efcore-failed`, `program-missing`.
 */
export async function makeProgram(
  project: Project,
  { output }: Build,
  place: Place,
): Promise<Result<Program | null>> {
  const { apply, bundle } = project.settings
  if (apply === 'script') return ok(null)
  if (apply === 'tool') return described({ by: 'tool', file: output, build: project.build })
  if (bundle !== undefined)
    return described({ by: 'bundle', file: path.resolve(place.folder, bundle), build: null, named: true })
  const made = await makeBundle(project, place.builds)
  return made.ok ? described({ by: 'bundle', file: made.value, build: null }) : made
}

async function described(program: Omit<Program, 'sha256'>): Promise<Result<Program>> {
  const sha256 = await digestOf(program)
  return sha256 === null
    ? failure({ code: 'program-missing', by: program.by, file: program.file })
    : ok({ ...program, sha256 })
}

const digestOf = ({ by, file }: Pick<Program, 'by' | 'file'>): Promise<string | null> =>
  by === 'tool' ? sha256OfFolder(file) : sha256OfBundle(file)

/** What was approved is what runs. Fails with `program-missing` and `program-changed`. */
export async function holds({ by, file, sha256 }: Program): Promise<Result<void>> {
  const found = await digestOf({ by, file })
  if (found === null) return failure({ code: 'program-missing', by, file })
  return found === sha256 ? ok(undefined) : failure({ code: 'program-changed', by, file })
}

export interface Running {
  /** Null: everything is taken back. */
  to: string | null
  /** libpq's options for every session that it opens. Npgsql takes them. */
  options: string
  signal: AbortSignal
  onLine: (line: string) => void
}

/** Runs a program on the leash until it and all that it started are gone. */
export async function runProgram(project: Project, program: Program, running: Running): Promise<EfEnded> {
  const { settings, project: migrations, startup, at } = project
  const environment = {
    ...at.environment,
    ...(program.build && { ArtifactsPath: program.build }),
    PGOPTIONS: running.options,
  }
  const to = running.to ?? '0'
  const { signal, onLine } = running
  if (program.by === 'bundle') {
    const directory = path.dirname(program.file)
    const options = { directory, environment, signal, onLine, keepLines: 500 }
    return ended(await run(program.file, [to, ...plainly], options))
  }
  const words = ['ef', 'database', 'update', to, '--no-build', ...plainly]
  const about = ['--project', migrations, '--startup-project', startup, '--context', settings.context]
  const framework = settings.framework ? ['--framework', settings.framework] : []
  const configuration = ['--configuration', settings.configuration]
  const calling = { ...at, environment, signal, onLine }
  return ended(await dotnet(calling, [...words, ...about, ...configuration, ...framework]))
}

/**
 * A program runs its SQL itself, with one `lock_timeout` for all of it: a concurrent index build that it ends leaves an
 * invalid index behind, and nobody of us is there to clear it away. Of a migration that commits in parts
 * (`suppressTransaction`) EF says only when it is whole. Fails with `statement-unfit`.
 */
export function withoutLoose(prepared: Prepared): Result<Prepared> {
  for (const { file, units } of prepared.scripts) {
    const unfit = (unit: Unit, why: 'outside-in-program' | 'apart-in-program'): Result<never> => {
      const { text, line } = statementsOf(unit).find(({ from }) => from === 'file')!
      return failure({ code: 'statement-unfit', file, line, statement: text, why })
    }
    const loose = units.find((unit) => unit.in === 'none')
    if (loose) return unfit(loose, 'outside-in-program')
    if (units[1]) return unfit(units[1], 'apart-in-program')
  }
  return ok(prepared)
}
