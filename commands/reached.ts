import type { Around } from '../src/access/reach.ts'
import { holdersOf } from '../src/access/roles.ts'
import { operatorRole } from '../src/config.ts'
import type { Check } from '../src/domain/finding.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import { callsReached } from '../src/plan/findings-people.ts'
import { openScheduleOf } from '../src/store/schedules.ts'
import type { House } from './command.ts'

/** What tells whom a contact of a runbook is. */
export const aroundOf = ({
  config,
  directory,
  environment,
  secrets,
}: Pick<House, 'config' | 'directory' | 'environment' | 'secrets'>): Around => ({
  members: (group) => directory.members(group),
  quietOf: (person) => directory.quietOf(person),
  onCall: async (...asked) =>
    (await import('../src/adapters/on-call.ts')).onCallBy(environment, secrets)(...asked),
  mails: config.mail !== null,
})

/** Whether those whom a runbook calls could be reached, when it is to run: for its plan. */
export async function callsOf(house: House, runbook: Runbook): Promise<Check> {
  const { config, directory, pool } = house
  const now = new Date().toISOString()
  const [schedule, { people, untold }] = await Promise.all([
    openScheduleOf(pool, runbook.name),
    holdersOf(config, [operatorRole], directory),
  ])
  const start = schedule?.window.start ?? now
  return callsReached(runbook, {
    ...aroundOf(house),
    goneWhy: (person) => directory.goneWhy(person),
    now,
    plannedFor: start > now ? start : null,
    deciders: untold.length > 0 ? null : people,
  })
}
