import { addressee, type Address } from '../domain/delivery.ts'
import type { Directory } from '../domain/person.ts'
import type { Runbook } from '../domain/runbook.ts'

/** Members of user groups as they are at this moment; null where nobody tells. */
export type Members = ReadonlyMap<string, string[] | null>

const audiencesOf = ({ audiences, notices }: Pick<Runbook, 'audiences' | 'notices'>, place: number) =>
  (notices[place]?.to ?? []).flatMap((name) => audiences[name] ?? [])

/** Who is in the groups of a runbook's audiences, all of them: what is due may be more once it is looked at again. */
export async function membersOf(
  { audiences }: Pick<Runbook, 'audiences'>,
  members: Directory['members'],
): Promise<Members> {
  const known = new Map<string, string[] | null>()
  for (const group of new Set(Object.values(audiences).flatMap(({ groups }) => groups)))
    known.set(group, await members(group))
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
