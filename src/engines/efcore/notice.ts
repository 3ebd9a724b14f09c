import type { Target } from '../../adapters/postgres/target.ts'
import type { Finding } from '../../domain/finding.ts'
import type { EfCoreSettings } from '../../domain/runbook.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import type { Program, Source } from '../../domain/script.ts'
import { generateModel } from './generate.ts'
import { unmigrated } from './model.ts'
import { efOn, type Project } from './project.ts'
import { efFailed } from './read-project.ts'
import type { NamedOtherwise } from './session-name.ts'

/** Whether the source is the one that was reviewed. */
export function aboutSource({ commit }: EfCoreSettings, read: Result<Source | null>): Finding[] {
  const level = commit === undefined ? 'warning' : 'blocker'
  if (!read.ok) return [{ level, problem: read.problem }]
  const source = read.value
  if (commit !== undefined && !source?.commit.startsWith(commit))
    return [
      { level: 'blocker', problem: { code: 'source-unlike', wanted: commit, found: source?.commit ?? null } },
    ]
  if (!source?.changed.length) return []
  const { changed } = source
  return [{ level, problem: { code: 'source-changed', commit: source.commit, files: changed } }]
}

/** Where the application looks for its history at run time, and who else writes into this one. */
export function aboutHistory(
  { applicationHistory, shared }: EfCoreSettings,
  table: string,
  others: readonly string[],
): Finding[] {
  const findings: Finding[] = []
  if (applicationHistory !== undefined && applicationHistory !== table)
    findings.push({
      level: 'warning',
      problem: { code: 'history-elsewhere', writes: table, reads: applicationHistory },
    })
  if (shared && others.length > 0)
    findings.push({ level: 'note', problem: { code: 'history-shared', table, migrations: [...others] } })
  return findings
}

/** A program's sessions are found by the run's name, also after it was killed. */
export const aboutSessions = (otherwise: NamedOtherwise | null): Finding[] =>
  otherwise ? [{ level: 'blocker', problem: { code: 'sessions-named', name: otherwise.instead } }] : []

/** Two scripts of the same migrations: what differs is made of the present time, or of chance. */
export function aboutTwice(first: string, second: string, program: Program | null): Finding[] {
  const [one, other] = [first.split('\n'), second.split('\n')]
  const longer = one.length > other.length ? one : other
  const lines = longer.filter((_, index) => one[index] !== other[index]).length
  if (lines === 0) return []
  return [{ level: 'warning', problem: { code: 'script-varies', lines, ...(program && { by: program.by }) } }]
}

/**
 * EF compares the model with its snapshot only; so the whole model is compared with the database too, where nothing
 * comes after these migrations.
 */
export async function aboutModel(
  project: Project,
  target: Target,
  ups: readonly string[],
  isLast: boolean,
): Promise<Result<Finding[]>> {
  const { context } = project.settings
  const [pending, whole] = await Promise.all([
    efOn(project, ['migrations', 'has-pending-model-changes']),
    isLast ? generateModel(project) : null,
  ])
  if (pending.exitCode !== 0 && !isAboutChanges(pending.said.sentence))
    return failure(efFailed('migrations has-pending-model-changes', pending))
  const findings: Finding[] =
    pending.exitCode === 0 ? [] : [{ level: 'warning', problem: { code: 'model-changed', context } }]
  if (!whole) return ok(findings)
  if (!whole.ok) return whole
  const missing = await unmigrated(target, whole.value, ups)
  if (!missing.ok && missing.problem.code === 'model-unread')
    return ok([...findings, { level: 'warning', problem: missing.problem }])
  if (!missing.ok) return missing
  const { tables, columns, indexes } = missing.value
  if (tables.length + columns.length + indexes.length > 0)
    findings.push({ level: 'warning', problem: { code: 'model-unmigrated', tables, columns, indexes } })
  return ok(findings)
}

/** Exit code 1 is for changes and for failures alike; only its sentence tells them apart (that of EF Core 10). */
const isAboutChanges = (sentence: string | null): boolean =>
  sentence?.startsWith('Changes have been made to the model') ?? false
