import { operatorRole, type Config } from '../config.ts'
import type { Directory } from '../domain/person.ts'
import type { Surroundings } from '../runbook/cross-checks.ts'

/** What runbooks are checked against. */
export const surroundingsOf = ({ roles }: Pick<Config, 'roles'>): Surroundings => ({
  roles: Object.keys(roles),
  deciders: roles[operatorRole] ?? { people: [], groups: [] },
})

/** The roles of a person: those that name them, and those that name one of their user groups. */
export function rolesOf(config: Pick<Config, 'roles'>, person: string, groups: readonly string[]): string[] {
  return Object.entries(config.roles)
    .filter(([, role]) => role.people.includes(person) || role.groups.some((group) => groups.includes(group)))
    .map(([name]) => name)
}

/** Every user group that has a role, each once. */
export const groupsOf = ({ roles }: Pick<Config, 'roles'>): string[] => [
  ...new Set(Object.values(roles).flatMap((role) => role.groups)),
]

/** Who has one of these roles: people each once, those named in the configuration first, and groups nobody tells of. */
export async function holdersOf(
  config: Pick<Config, 'roles'>,
  roles: readonly string[],
  directory: Pick<Directory, 'members'>,
): Promise<{ people: string[]; untold: string[] }> {
  const held = roles.flatMap((role) => config.roles[role] ?? [])
  const groups = [...new Set(held.flatMap((role) => role.groups))]
  const members = await Promise.all(groups.map((group) => directory.members(group)))
  const named = held.flatMap((role) => role.people)
  return {
    people: [...new Set([...named, ...members.flatMap((each) => each ?? [])])],
    untold: groups.filter((_, i) => members[i] === null),
  }
}

/** Everybody who is known to have a role. */
export const peopleOf = async (
  config: Pick<Config, 'roles'>,
  role: string,
  directory: Pick<Directory, 'members'>,
): Promise<string[]> => (await holdersOf(config, [role], directory)).people
