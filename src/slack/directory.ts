import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import type { Directory, Quiet, Standing } from '../domain/person.ts'
import type { Gone } from '../domain/absence.ts'
import type { Log } from '../log.ts'
import type { Conversations } from './conversations.ts'
import { faultOf } from './faults.ts'
import type { Features } from './features.ts'

export interface DirectoryOptions {
  client: WebClient
  conversations: Pick<Conversations, 'stateOf'>
  /** The user groups that roles of the configuration name. */
  groups: readonly string[]
  features: Features
  log: Log
  /** How a person is called in Slack, each time that Slack tells. */
  onName?: (person: string, name: string) => void
  now?: () => number
}

/** Milliseconds that people are believed where nothing is changed, and groups and pauses always. */
const believed = 60_000

type User = NonNullable<UsersInfoResponse['user']>
type Refused = Gone | 'nobody' | 'unknown'

/** Slack's people, as those who send them messages need them besides. */
export interface People extends Directory {
  /** Whether a direct message to this person stays among us; `nobody`: there is no such person, `unknown`: nobody tells. */
  mayBeTold(person: string): Promise<'yes' | Refused>
}

interface Found {
  refused: Refused | null
  /** The time zone of their profile. */
  zone: string | null
}

/**
 * Slack's people, failing closed: who cannot be looked up may do nothing. Guests, strangers from shared channels, bots
 * and people of other workspaces may not either, whatever group they are in.
 */
export function makeDirectory(options: DirectoryOptions): People {
  const { client, conversations, groups, features, log, onName, now = Date.now } = options
  const team = ownTeam(client)
  const people = new Map<string, Found & { until: number }>()
  const memberships = new Map<string, { members: Promise<string[] | null>; until: number }>()
  const pauses = new Map<string, { quiet: Promise<Quiet | null>; until: number }>()

  const find = async (person: string, about: 'acting' | 'reading'): Promise<Found> => {
    const known = people.get(person)
    if (about === 'reading' && known && known.until > now()) return known
    const { name, ...found } = await findPerson(client, team, person, log)
    if (name) onName?.(person, name)
    if (found.refused === 'unknown') people.delete(person)
    else people.set(person, { ...found, until: now() + believed })
    return found
  }

  const members = (group: string): Promise<string[] | null> => {
    const known = memberships.get(group)
    if (known && known.until > now()) return known.members
    const asked = membersOf(client, group, features, log)
    memberships.set(group, { members: asked, until: now() + believed })
    return asked
  }

  const quietOf = (person: string): Promise<Quiet | null> => {
    const known = pauses.get(person)
    if (known && known.until > now()) return known.quiet
    const quiet = pausesOf(client, person, features, log)
    pauses.set(person, { quiet, until: now() + believed })
    return quiet
  }

  return {
    members,
    quietOf,
    channelState: conversations.stateOf,
    async goneWhy(person) {
      const { refused } = await find(person, 'reading')
      return refused === 'unknown' || refused === 'nobody' ? null : refused
    },
    mayBeTold: async (person) => (await find(person, 'reading')).refused ?? 'yes',
    async lookUp(person, about = 'acting'): Promise<Standing> {
      const [{ refused }, inGroups] = await Promise.all([
        find(person, about),
        Promise.all(groups.map(async (group) => ((await members(group))?.includes(person) ? [group] : []))),
      ])
      if (refused)
        return {
          may: false,
          problem: { code: 'person-refused', why: refused === 'nobody' ? 'unknown' : refused },
        }
      return { may: true, groups: inGroups.flat(), at: new Date(now()).toISOString() }
    },
    zoneOf: async (person) => (await find(person, 'reading')).zone,
  }
}

async function findPerson(
  client: WebClient,
  ownTeam: () => Promise<string | undefined>,
  person: string,
  log: Log,
): Promise<Found & { name: string | null }> {
  try {
    const [{ user }, team] = await Promise.all([client.users.info({ user: person }), ownTeam()])
    return { refused: whyNot(user, person, team), zone: user?.tz ?? null, name: nameOfUser(user) }
  } catch (error) {
    const fault = faultOf(error)
    log.warn({ person, error: fault.error }, 'a person could not be looked up, and was refused')
    return { refused: fault.error === 'user_not_found' ? 'nobody' : 'unknown', zone: null, name: null }
  }
}

/** As a mention shows it. */
const nameOfUser = (user: User | undefined): string | null =>
  user?.profile?.display_name || user?.profile?.real_name || user?.real_name || user?.name || null

function whyNot(user: User | undefined, person: string, team: string | undefined): Refused | null {
  if (!user || user.id !== person) return 'unknown'
  if (user.deleted) return 'deleted'
  if (user.is_bot || person === 'USLACKBOT') return 'bot'
  if (user.is_stranger) return 'stranger'
  if (user.is_restricted || user.is_ultra_restricted) return 'guest'
  // Of an organization with several workspaces, a person belongs to those that are listed.
  const teams = [user.team_id, ...(user.enterprise_user?.teams ?? [])]
  return team && teams.includes(team) ? null : 'other-workspace'
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

/** Slack tells of others only the pause that is now or next; a start before 2001 is its way of saying "never". */
async function pausesOf(
  client: WebClient,
  person: string,
  features: Features,
  log: Log,
): Promise<Quiet | null> {
  if (!features.has('dnd.info')) return null
  try {
    const {
      dnd_enabled: on,
      next_dnd_start_ts: from,
      next_dnd_end_ts: until,
    } = await client.dnd.info({
      user: person,
    })
    const isTime = (seconds: number | undefined): seconds is number => seconds !== undefined && seconds > 1e9
    return on && isTime(from) && isTime(until) ? { from: instantOf(from), until: instantOf(until) } : null
  } catch (error) {
    const fault = faultOf(error)
    if (fault.is === 'lacks')
      features.lost('dnd.info', 'nobody says whose notifications are paused', fault.error)
    else log.warn({ person, error: fault.error }, 'whose notifications are paused could not be read')
    return null
  }
}

const instantOf = (seconds: number): string => new Date(seconds * 1000).toISOString()
