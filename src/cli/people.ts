import { groupsOf } from '../access/roles.ts'
import type { Config } from '../config.ts'
import type { Acquaintances, Directory } from '../domain/person.ts'

/** The time zone of whoever works here, by its IANA name. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/**
 * Who the configuration maps to an operating-system user may act, whatever Slack says or whether it answers: the terminal
 * is for the night in which it does not. Only what Slack alone knows is asked there.
 */
export function mappedPeople(config: Config, known: Acquaintances): Directory {
  return {
    ...known,
    async lookUp(person) {
      const mine = await Promise.all(
        groupsOf(config).map(async (group) =>
          (await known.members(group))?.includes(person) ? [group] : [],
        ),
      )
      return { may: true, groups: mine.flat(), at: new Date().toISOString() }
    },
    zoneOf: async () => ownZone(),
  }
}

/** Where no Slack is configured. */
export const nobodyTells: Acquaintances = {
  members: async () => null,
  quietOf: async () => null,
  goneWhy: async () => null,
  channelState: async () => null,
}
