import { type Target, withSession } from '../../adapters/postgres/target.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import type { PlannedHistory } from '../../domain/script.ts'
import { type History, historyOf, historyUnlike } from '../history.ts'
import { appliedOn } from '../standing.ts'
import type { Build } from './build.ts'
import { historyColumn } from './history-column.ts'
import type { Project } from './project.ts'
import { isSamePlace, readContext, readMigrations } from './read-project.ts'
import { type NamedOtherwise, withNameOfSessions } from './session-name.ts'

/** What is known of a project once it was built and asked. */
export interface Known {
  target: Target
  project: Project
  built: Build
  history: History
  /** Oldest first. */
  migrations: { id: string }[]
  /** Rows of the history that are none of these. */
  others: string[]
  /** What its sessions call themselves instead of what they are told to; null: they do as told. */
  otherwise: NamedOtherwise | null
}

/**
 * Asks a project that was built for its context and its migrations, and its database for the history. Fails with
 * `efcore-failed`, `efcore-provider`, `efcore-unreachable`, `efcore-elsewhere`, `history-missing`, `history-unknown` and
 * `history-unlike`.
 */
export async function askProject(
  project: Project,
  built: Build,
  target: Target,
): Promise<Result<{ known: Known; planned: PlannedHistory }>> {
  const { settings } = project
  // Alone: the first command copies beside the assembly what the build left out, and a second one would trip over it.
  const context = await readContext(project)
  if (!context.ok) return context
  const same = await isSamePlace(target, context.value, settings.connection)
  if (!same.ok) return same
  const watched = await withNameOfSessions(target, project, readMigrations)
  if (!watched.ok) return watched
  const { did: listed, otherwise } = watched.value
  if (!listed.ok) return listed
  const ids = listed.value.map(({ id }) => id)
  const { history: table } = context.value
  const named = await withSession(target, 'read the history', ({ client }) => historyColumn(client, table))
  if (!named.ok) return named
  const place = { table, column: named.value, values: {} }
  const whole = await appliedOn(target, historyOf(place))
  if (!whole.ok) return whole
  const others = whole.value.filter((id) => !ids.includes(id))
  if (others.length > 0 && !settings.shared)
    return failure({ code: 'history-unknown', table, migrations: others })
  const history = historyOf({ ...place, except: others })
  const applied = whole.value.filter((id) => ids.includes(id))
  const told = listed.value.filter((one) => one.applied).map(({ id }) => id)
  if (told.at(-1) !== applied.at(-1))
    return failure(historyUnlike(told.at(-1) ?? null, applied.at(-1) ?? null))
  const migrations = ids.map((id) => ({
    id,
    state: applied.includes(id) ? ('applied' as const) : ('pending' as const),
  }))
  return ok({
    known: { target, project, built, history, migrations, others, otherwise },
    planned: {
      table: history.table,
      column: history.column,
      migrations,
      ...(settings.shared && { others }),
    },
  })
}
