import { loadConfig } from '../../src/config.ts'
import type { Caller } from '../../src/domain/person.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { planRunbook } from '../../src/runs/planning.ts'
import { approve, start } from '../../src/runs/starting.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { makePlace, people, type Place } from '../cli/place.ts'
import { valueOf } from '../steps/plan.ts'

const caller = (person: string): Caller => ({ person, via: 'slack' })
export const asha = caller(people.asha)

/** An application that can be told from others in the list of processes. */
export const openPlace = (): Promise<Place> =>
  makePlace((written, folder) => written.services[0].start.push(folder))

/** A plan of it, approved and started. */
export async function startRun({ pool, folder, environment }: Place): Promise<string> {
  const loaded = await loadConfig(environment, folder)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults))
  const config = loaded.value
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  await recordStanding(pool, people.dan, ['database-team'], 3600)
  await recordStanding(pool, people.mei, ['cto'], 3600)
  const runbook = valueOf(await openRunbooks(config.runbooks).find('add-security-enhancements'))
  const request = { runbook, kind: 'migrate', caller: asha, ours: null } as const
  const { plan } = valueOf(
    await planRunbook({ pool, config, environment, secrets: makeSecrets([], {}) }, request),
  )
  const { id, digest } = plan
  for (const who of [people.dan, people.mei]) valueOf(await approve(pool, id, digest, caller(who)))
  return valueOf(await start(pool, id, asha)).run
}
