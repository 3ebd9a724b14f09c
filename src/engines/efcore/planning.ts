import { failure, ok, type Result } from '../../domain/result.ts'
import type { EfCoreSettings } from '../../domain/runbook.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Finding } from '../../domain/finding.ts'
import type { Move, Prepared, Program } from '../../domain/script.ts'
import type { Engine } from '../engine.ts'
import type { History } from '../history.ts'
import type { Place } from '../engine-parameters.ts'
import { directionOf, migrationsOf } from '../prepare.ts'
import { prepareScripts } from '../prepare-scripts.ts'
import type { Direction } from '../units.ts'
import { askProject, type Known } from './ask-project.ts'
import { build } from './build.ts'
import { makeBuildFolder, removeBuild } from './builds.ts'
import { generateScript, splitScript } from './generate.ts'
import { aboutHistory, aboutModel, aboutSessions, aboutSource, aboutTwice } from './notice.ts'
import { makeProgram, withoutLoose } from './program.ts'
import { projectOf, type Project } from './project.ts'
import { tryBundle } from './try-bundle.ts'

export interface Planning extends Pick<Engine, 'list' | 'prepare' | 'close'> {
  /** The history table that was found; null before `list`. */
  history(): History | null
}

type TryProgram = (known: Known, program: Program, migration: string) => Promise<Result<Finding[]>>

/** What is done once for a plan, whichever way asks for it. */
interface Once {
  scriptOf: (project: Project, move: Move) => Promise<Result<string>>
  tryProgram: TryProgram
}

/** Builds once, in a folder of its own, and asks `dotnet ef` for what a plan holds. `prepare` comes after `list`. */
export function planning(settings: EfCoreSettings, place: Place): Planning {
  let folder: string | null = null
  let known: Known | null = null
  let program: Promise<Result<Program | null>> | null = null
  let tried: Promise<Result<Finding[]>> | null = null
  const scripts = new Map<string, Promise<Result<string>>>()

  const knows = (): Known => {
    if (!known) throw new Error('a project is listed before anything else')
    return known
  }
  /** Either way of a move asks for the way up: it is generated once, and kept. */
  const scriptOf = (project: Project, { from, to }: Move): Promise<Result<string>> => {
    const key = JSON.stringify([from, to])
    const made = scripts.get(key) ?? generateScript(project, { from, to })
    scripts.set(key, made)
    return made
  }
  const programOf = ({ project, built }: Known) => (program ??= makeProgram(project, built, place))
  /** Either way is gone by the same program: it is tried once. */
  const tryProgram: TryProgram = ({ project, target, otherwise }, made, migration) =>
    (tried ??=
      made.by === 'bundle'
        ? tryBundle(project, target, made, migration)
        : Promise.resolve(ok(aboutSessions(otherwise))))

  return {
    history: () => known?.history ?? null,
    async list(target) {
      folder ??= await makeBuildFolder(place.builds)
      const project = projectOf(settings, place, folder)
      const built = await build(project)
      if (!built.ok) return inTime(project, built)
      const asked = await askProject(project, built.value, target)
      if (!asked.ok) return inTime(project, asked)
      known = asked.value.known
      return ok(asked.value.planned)
    },
    async prepare(move) {
      const made = await programOf(knows())
      if (!made.ok) return inTime(knows().project, made)
      const prepared = await prepare(settings, knows(), move, made.value, { scriptOf, tryProgram })
      if (prepared.ok) return prepared
      const late = inTime(knows().project, prepared)
      return directionOf(move) === 'up' ? late : failure(withoutDown(move, late.problem))
    },
    async close() {
      const made = await program
      if (folder && !(made?.ok && made.value?.build === folder)) await removeBuild(folder)
    },
  }
}

/** What is ended because it took too long fails in many ways, and none of them is why. */
const inTime = (project: Project, failed: ReturnType<typeof failure>): ReturnType<typeof failure> =>
  project.at.signal?.aborted ? failure({ code: 'dotnet-late' }) : failed

/**
 * A way down that its author did not write (`Down` throws) or that cannot be run as it stands is none: it keeps nobody from
 * going up. Whatever else went wrong is the plan's.
 */
function withoutDown({ from }: Move, problem: Problem): Problem {
  const migration = from ?? ''
  if (problem.code === 'statement-unfit')
    return {
      code: 'migration-irreversible',
      migration,
      why: { statement: problem.statement, unfit: problem.why },
    }
  const threw =
    problem.code === 'efcore-failed' && problem.command === 'migrations script' && problem.exitCode !== null
  return threw ? { code: 'migration-irreversible', migration, why: { says: problem.says } } : problem
}

/**
 * The scripts of a move, as `dotnet ef` generates them now, and what is noticed about them. Fails with
 * `migration-applied`, `migration-unknown`, `script-lacks`, `statement-unfit`, `efcore-failed`.
 */
async function prepare(
  settings: EfCoreSettings,
  known: Known,
  move: Move,
  program: Program | null,
  { scriptOf, tryProgram }: Once,
): Promise<Result<Prepared>> {
  const { project, history, built } = known
  const direction = directionOf(move)
  if (direction === null) return failure({ code: 'migration-applied', migration: move.to ?? '' })
  const moved = migrationsOf(known.migrations, move, direction)
  if (!moved.ok) return moved
  const ids = moved.value.map(({ id }) => id)
  const forth = direction === 'up' ? move : { from: move.to, to: move.from }
  const [up, there] = await Promise.all([scriptOf(project, forth), scriptOf(project, move)])
  if (!up.ok) return up
  if (!there.ok) return there
  const ups = await splitScript(up.value, ids, 'up', history)
  if (!ups.ok) return ups
  const read = direction === 'up' ? ups : await splitScript(there.value, ids.toReversed(), 'down', history)
  if (!read.ok) return read
  const [idempotent, noticed] = await Promise.all([
    direction === 'up' ? generateScript(project, move, ['--idempotent']) : ok(null),
    notice(settings, known, move, { direction, script: up.value, program, tryProgram }),
  ])
  if (!idempotent.ok) return idempotent
  if (!noticed.ok) return noticed
  const prepared = await prepareScripts({
    move,
    direction,
    read: read.value,
    ups: ups.value,
    history,
    owner: project.owner,
    program,
    idempotent: idempotent.value,
    source: built.source.ok ? built.source.value : null,
    noticed: noticed.value,
  })
  return prepared.ok && program ? withoutLoose(prepared.value) : prepared
}

async function notice(
  settings: EfCoreSettings,
  known: Known,
  move: Move,
  {
    direction,
    script,
    program,
    tryProgram,
  }: { direction: Direction; script: string; program: Program | null; tryProgram: TryProgram },
): Promise<Result<Finding[]>> {
  const { target, project, built, history, migrations, others } = known
  const migration = (direction === 'up' ? move.to : move.from) ?? ''
  const tried = program ? await tryProgram(known, program, migration) : ok([])
  if (!tried.ok) return tried
  const always = [
    ...aboutSource(settings, built.source),
    ...aboutHistory(settings, history.table, others),
    ...tried.value,
  ]
  if (direction === 'down') return ok(always)
  const isLast = migrations.at(-1)?.id === move.to
  const [twice, model] = await Promise.all([
    generateScript(project, move),
    aboutModel(project, target, [script], isLast),
  ])
  if (!twice.ok) return twice
  if (!model.ok) return model
  return ok([...always, ...aboutTwice(script, twice.value, program), ...model.value])
}
