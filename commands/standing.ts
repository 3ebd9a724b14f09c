import { rolesOf } from '../src/access/roles.ts'
import { operatorRole } from '../src/config.ts'
import type { Caller } from '../src/domain/person.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { rulesInForce } from '../src/store/access-rules.ts'
import { recordStanding } from '../src/store/standing.ts'
import type { House } from './command.ts'

/** Seconds that a person's roles hold once they were looked up: long enough for the effect that they were asked for. */
const standingHolds = 60

/** Milliseconds between two looks at somebody whose command is at work. */
const lookAgainEvery = 20_000

/** `reads`: whether one of them may read. */
export interface Roles {
  roles: string[]
  reads: boolean
}

type Looking = Pick<House, 'config' | 'directory' | 'pool'>

/** The roles of a person at this moment, which are written down for the effect. Fails closed. */
export async function lookUp(
  { config, directory, pool }: Looking,
  { person }: Pick<Caller, 'person'>,
  about: 'acting' | 'reading',
): Promise<Result<Roles>> {
  const standing = await directory.lookUp(person, about)
  if (!standing.may) return failure(standing.problem)
  // Of a store that no bot has started on yet, the caller's own are all there are; a terminal is refused before that.
  const inForce = await rulesInForce(pool)
  const roles = rolesOf(inForce?.rules ?? config, person, standing.groups)
  await recordStanding(pool, person, roles, standingHolds, inForce?.version)
  const { readers } = inForce?.rules ?? config
  return ok({ roles, reads: roles.some((role) => role === operatorRole || readers.includes(role)) })
}

/** Goes on looking somebody up while a command works: one that builds a project takes longer than roles hold. */
export function whileLookingUp<T>(
  house: Looking,
  caller: Pick<Caller, 'person'>,
  work: () => Promise<T>,
  every = lookAgainEvery,
): Promise<T> {
  // Nobody answers: then the roles run out, and the effect is refused.
  const timer = setInterval(() => void lookUp(house, caller, 'acting').catch(() => {}), every)
  return work().finally(() => clearInterval(timer))
}
