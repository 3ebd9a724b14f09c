import { randomBytes } from 'node:crypto'
import { selectSessions } from '../../adapters/postgres/sessions.ts'
import { type Target, withSession } from '../../adapters/postgres/target.ts'
import type { Result } from '../../domain/result.ts'
import { sampleSessions } from '../applying/sampling.ts'
import type { Project } from './project.ts'

/** Milliseconds within which sessions are looked at several times: most commands keep theirs until they end. */
const shortest = 40

/** The name that sessions had instead of the one they were given; null: none by that name was seen. */
export type NamedOtherwise = { instead: string | null }

/**
 * Lets a command of the project open sessions, and tells which name they had instead of the one that PGOPTIONS gave
 * them: a connection string with an `Application Name` of its own wins (the startup packet's parameters come after its
 * options), and the fence, which finds what a killed program left by the run's name, would miss them. Null: one of them
 * had the name that was given.
 */
export async function withNameOfSessions<T>(
  target: Target,
  project: Project,
  work: (named: Project) => Promise<T>,
): Promise<Result<{ did: T; otherwise: NamedOtherwise | null }>> {
  const name = `lockkeeper:ef-${randomBytes(4).toString('hex')}`
  const given = project.at.environment['PGOPTIONS'] ?? ''
  const environment = { ...project.at.environment, PGOPTIONS: `${given} -c application_name=${name}` }
  return withSession(target, 'plan', async ({ client, backendStart }) => {
    const sampled = sampleSessions(
      () =>
        selectSessions(
          client,
          `datname = pg_catalog.current_database() and usename = current_user and backend_start > $1::timestamptz`,
          [backendStart],
        ),
      shortest,
    )
    const did = await work({ ...project, at: { ...project.at, environment } }).finally(sampled)
    const names = sampled().map(({ application }) => application)
    const others = names.filter((one) => !one.startsWith('lockkeeper:'))
    return { did, otherwise: names.includes(name) ? null : { instead: others[0] ?? null } }
  })
}
