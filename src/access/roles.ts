import type { Config } from '../config.ts'
import type { Directory } from '../domain/person.ts'

/** The roles of a person: those that name them, and those that name one of their user groups. */
export function rolesOf(config: Pick<Config, 'roles'>, person: string, groups: readonly string[]): string[] {
  return Object.entries(config.roles)
    .filter(([, role]) => role.people.includes(person) || role.groups.some((group) => groups.includes(group)))
    .map(([name]) => name)
}

/** Everybody who has a role, each once, those named in the configuration first. Groups that nobody knows add nobody. */
export async function peopleOf(
  config: Pick<Config, 'roles'>,
  role: string,
  directory: Pick<Directory, 'members'>,
): Promise<string[]> {
  const { people, groups } = config.roles[role] ?? { people: [], groups: [] }
  const members = await Promise.all(groups.map((group) => directory.members(group)))
  return [...new Set([...people, ...members.flat()])]
}
