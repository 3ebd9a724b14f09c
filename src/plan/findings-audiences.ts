import type { Check, Finding } from '../domain/finding.ts'
import type { Acquaintances } from '../domain/person.ts'
import type { Runbook } from '../domain/runbook.ts'
import { blocker, note, warning } from './looked.ts'

type Known = Pick<Acquaintances, 'members' | 'goneWhy' | 'channelState'>

/**
 * Whether those whom a runbook's notices are for, and its own channel, could be told now. Never fails. A runbook whose
 * own channel would get nothing is not run; of what Slack does not tell, a note says so. `mails`: a mail server is
 * configured.
 */
export async function audiencesReached(runbook: Runbook, known: Known, mails: boolean): Promise<Check> {
  const { audiences } = runbook
  const naming = (has: (audience: Runbook['audiences'][string]) => boolean): string[] =>
    Object.entries(audiences).flatMap(([name, audience]) => (has(audience) ? [name] : []))
  const all = Object.values(audiences)
  const each = <T>(list: (audience: Runbook['audiences'][string]) => readonly T[]): T[] => [
    ...new Set(all.flatMap(list)),
  ]
  const channels = await Promise.all(
    [...new Set([runbook.channel, ...each((to) => to.channels)])].map(async (channel) => ({
      channel,
      audiences: naming((to) => to.channels.includes(channel)),
      state: await known.channelState(channel),
    })),
  )
  const groups = await Promise.all(
    each((to) => to.groups).map(async (group) => ({
      group,
      audiences: naming((to) => to.groups.includes(group)),
      members: await known.members(group),
    })),
  )
  const people = await Promise.all(
    each((to) => to.people).map(async (person) => ({
      person,
      audiences: naming((to) => to.people.includes(person)),
      why: await known.goneWhy(person),
    })),
  )
  const unseen = {
    channels: channels.flatMap(({ channel, state }) => (state === null ? [channel] : [])),
    groups: groups.flatMap(({ group, members }) => (members === null ? [group] : [])),
  }
  const findings: Finding[] = [
    ...channels.flatMap(({ state, ...where }) =>
      state === null || state === 'in'
        ? []
        : [
            (where.channel === runbook.channel ? blocker : warning)({
              code: 'audience-channel',
              ...where,
              state,
            }),
          ],
    ),
    ...groups.flatMap(({ members, ...where }) =>
      members?.length === 0 ? [warning({ code: 'audience-group-empty', ...where })] : [],
    ),
    ...people.flatMap(({ why, ...who }) => (why ? [warning({ code: 'audience-gone', ...who, why })] : [])),
    ...unmailed(runbook, mails),
    ...(unseen.channels.length + unseen.groups.length > 0
      ? [note({ code: 'audience-unseen', ...unseen })]
      : []),
  ]
  return { name: 'Audiences of the notices', findings }
}

function unmailed({ audiences }: Runbook, mails: boolean): Finding[] {
  const mailed = Object.entries(audiences).filter(([, { mail }]) => mail.length > 0)
  if (mails || mailed.length === 0) return []
  const addresses = new Set(mailed.flatMap(([, { mail }]) => mail)).size
  return [warning({ code: 'audience-mail', audiences: mailed.map(([name]) => name), addresses })]
}
