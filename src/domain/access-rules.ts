import type { Instant } from './json.ts'

/** Who may do what: the part of a configuration that decides it. Every process goes by the one that a bot recorded. */
export interface AccessRules {
  /** Role names to Slack user ids and ids of user groups. */
  roles: Record<string, { people: string[]; groups: string[] }>
  /** Roles whose people may read plans, runs and notices. */
  readers: string[]
  /** Operating-system user to Slack user id. */
  terminal: Record<string, string>
  /** The host that is asked who is in a user group, where it is not Slack’s own; null: Slack, or nobody. */
  slack: string | null
}

/** Rules as a bot recorded them. The newest version is in force. */
export interface RecordedRules {
  version: number
  /** SHA-256 of the rules. */
  digest: string
  rules: AccessRules
  at: Instant
  by: RecordedBy
}

/** The bot that recorded them. */
export interface RecordedBy {
  host: string
  user: string
  file: string
}

/** What two rules differ in. `from`, `to`: the Slack user id; null: not mapped. */
export type AccessChange =
  | { role: string; gained: string[]; lost: string[] }
  | { user: string; from: string | null; to: string | null }
  | { readers: string[] }
  | { slack: { from: string | null; to: string | null } }
  /** Of a terminal's runbook: the keys in which the bot's is another one; none: the bot has none of this name. */
  | { runbook: string; differs: string[] }

export function accessChanges(before: AccessRules, after: AccessRules): AccessChange[] {
  const roles = namesOf(before.roles, after.roles).map((role) => {
    const [was, is] = [membersOf(before, role), membersOf(after, role)]
    return {
      role,
      gained: is.filter((each) => !was.includes(each)),
      lost: was.filter((each) => !is.includes(each)),
    }
  })
  const users = namesOf(before.terminal, after.terminal).map((user) => ({
    user,
    from: before.terminal[user] ?? null,
    to: after.terminal[user] ?? null,
  }))
  const sameReaders = before.readers.toSorted().join() === after.readers.toSorted().join()
  return [
    ...roles.filter(({ gained, lost }) => gained.length + lost.length > 0),
    ...(sameReaders ? [] : [{ readers: after.readers }]),
    ...users.filter(({ from, to }) => from !== to),
    ...(before.slack === after.slack ? [] : [{ slack: { from: before.slack, to: after.slack } }]),
  ]
}

const namesOf = (a: object, b: object): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted()

const membersOf = ({ roles }: AccessRules, role: string): string[] =>
  [roles[role]].flatMap((one) => (one ? [...one.people, ...one.groups] : []))
