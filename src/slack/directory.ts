import type { WebClient } from '@slack/web-api'
import type { Directory, Standing } from '../domain/person.ts'
import type { Log } from '../log.ts'
import { faultOf } from './faults.ts'
import type { Features } from './features.ts'

export interface DirectoryOptions {
  client: WebClient
  /** The user groups that roles of the configuration name. */
  groups: readonly string[]
  features: Features
  log: Log
  now?: () => number
}

/** Milliseconds that people are believed where nothing is changed, and the members of a group always. */
const believed = 60_000

type Refused = 'stranger' | 'guest' | 'deleted' | 'bot' | 'other-workspace' | 'unknown'

/**
 * Slack's people, failing closed: who cannot be looked up may do nothing. Guests, strangers from shared channels, bots
 * and people of other workspaces may not either, whatever group they are in.
 */
export function makeDirectory(options: DirectoryOptions): Directory {
  const { client, groups, features, log, now = Date.now } = options
  const team = ownTeam(client)
  const people = new Map<string, { refused: Refused | null; until: number }>()
  const memberships = new Map<string, { members: Promise<string[] | null>; until: number }>()

  const refusal = async (person: string, about: 'acting' | 'reading'): Promise<Refused | null> => {
    const known = people.get(person)
    if (about === 'reading' && known && known.until > now()) return known.refused
    const refused = await whyNot(client, team, person, log)
    if (refused === 'unknown') people.delete(person)
    else people.set(person, { refused, until: now() + believed })
    return refused
  }

  const members = (group: string): Promise<string[] | null> => {
    const known = memberships.get(group)
    if (known && known.until > now()) return known.members
    const asked = membersOf(client, group, features, log)
    memberships.set(group, { members: asked, until: now() + believed })
    return asked
  }

  return {
    members,
    async lookUp(person, about = 'acting'): Promise<Standing> {
      const [refused, inGroups] = await Promise.all([
        refusal(person, about),
        Promise.all(groups.map(async (group) => ((await members(group))?.includes(person) ? [group] : []))),
      ])
      if (refused) return { may: false, problem: { code: 'person-refused', why: refused } }
      return { may: true, groups: inGroups.flat(), at: new Date(now()).toISOString() }
    },
  }
}

async function whyNot(
  client: WebClient,
  ownTeam: () => Promise<string | undefined>,
  person: string,
  log: Log,
): Promise<Refused | null> {
  try {
    const [{ user }, team] = await Promise.all([client.users.info({ user: person }), ownTeam()])
    if (!user || user.id !== person) return 'unknown'
    if (user.deleted) return 'deleted'
    if (user.is_bot || person === 'USLACKBOT') return 'bot'
    if (user.is_stranger) return 'stranger'
    if (user.is_restricted || user.is_ultra_restricted) return 'guest'
    // Of an organization with several workspaces, a person belongs to those that are listed.
    const teams = [user.team_id, ...(user.enterprise_user?.teams ?? [])]
    return team && teams.includes(team) ? null : 'other-workspace'
  } catch (error) {
    const fault = faultOf(error)
    log.warn({ person, error: fault.error }, 'a person could not be looked up, and was refused')
    return 'unknown'
  }
}

/** The workspace that we are installed in. Asked once; a failure is asked again. */
function ownTeam(client: WebClient): () => Promise<string | undefined> {
  let team: string | undefined
  return async () => (team ??= (await client.auth.test()).team_id)
}

/** Null where groups are not to be had: then the people that the configuration lists by id are all there are. */
async function membersOf(
  client: WebClient,
  group: string,
  features: Features,
  log: Log,
): Promise<string[] | null> {
  if (!features.has('usergroups.users.list')) return null
  try {
    const { users } = await client.usergroups.users.list({ usergroup: group })
    return users ?? null
  } catch (error) {
    const fault = faultOf(error)
    if (fault.is === 'lacks')
      features.lost('usergroups.users.list', 'roles hold only the people listed by id', fault.error)
    else log.warn({ group, error: fault.error }, 'the members of a user group could not be read')
    return null
  }
}
