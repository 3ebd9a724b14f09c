import { addressee, type Address } from '../domain/delivery.ts'
import type { Directory } from '../domain/person.ts'
import type { Runbook } from '../domain/runbook.ts'

/** Members of user groups as they are at this moment; null where nobody tells. */
export type Members = ReadonlyMap<string, string[] | null>

const audiencesOf = ({ audiences, notices }: Pick<Runbook, 'audiences' | 'notices'>, place: number) =>
  (notices[place]?.to ?? []).flatMap((name) => audiences[name] ?? [])

/** Who is in the groups that these notices of a runbook are for. */
export async function membersOf(
  runbook: Pick<Runbook, 'audiences' | 'notices'>,
  places: readonly number[],
  members: Directory['members'],
): Promise<Members> {
  const groups = new Set(places.flatMap((place) => audiencesOf(runbook, place).flatMap((to) => to.groups)))
  const known = new Map<string, string[] | null>()
  for (const group of groups) known.set(group, await members(group))
  return known
}

/** Everybody a notice of a runbook is for, once; and the groups that nobody tells the members of, or that are empty. */
export function addressesOf(
  runbook: Pick<Runbook, 'audiences' | 'notices'>,
  place: number,
  members: Members,
): { to: Address[]; untold: string[] } {
  const audiences = audiencesOf(runbook, place)
  const groups = audiences.flatMap((audience) => audience.groups)
  const all: Address[] = audiences.flatMap((audience) => [
    ...audience.channels.map((channel) => ({ channel })),
    ...[...audience.people, ...audience.groups.flatMap((group) => members.get(group) ?? [])].map(
      (person) => ({ person }),
    ),
    ...audience.mail.map((mail) => ({ mail })),
  ])
  return {
    to: [...new Map(all.map((to) => [addressee(to), to])).values()],
    untold: [...new Set(groups.filter((group) => !members.get(group)?.length))],
  }
}
