import type { At } from './step-kind.ts'
import type { Kind } from '../domain/step.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { AccessState } from '../domain/expected-state.ts'
import type { ObservedService, ObservedState } from '../domain/observed-state.ts'
import { countRows, readTables } from '../adapters/postgres/catalog.ts'
import { compareAccess, readAccess } from '../adapters/postgres/closing.ts'
import { readOwner, whoAmI } from '../adapters/postgres/roles.ts'
import { done, failed } from '../domain/outcome.ts'
import { isSameAccess } from './access.ts'
import { appliedNow } from './history.ts'
import { onTarget, patient } from './on-target.ts'
import { owedAccess } from './owed.ts'
import { serviceOf } from './services.ts'

type Where = Pick<At<Kind>, 'run' | 'step' | 'world' | 'signal'>

/**
 * Looks at everything that a run changes, and changes nothing: the history, who may connect, the services, and archived
 * rows. Call only after the fence.
 * @param archives the tables of archived rows that should exist
 */
export async function observeState(at: Where, archives: readonly string[]): Promise<Outcome<ObservedState>> {
  const history = await observeHistory(at)
  if (history.status !== 'done') return history
  const access = await observeAccess(at)
  if (access.status !== 'done') return access
  const services = await observeServices(at)
  if (services.status !== 'done') return services
  const rows = await countArchives(at, archives)
  if (rows.status !== 'done') return rows
  return done({
    history: history.facts,
    access: access.facts,
    services: services.facts,
    archives: rows.facts,
  })
}

async function observeHistory(at: Where): Promise<Outcome<ObservedState['history']>> {
  const { routes, prepared } = at.run.plan.approved
  const step = routes.forward.find(({ kind }) => kind === 'migrate')
  const move = prepared?.[step?.kind === 'migrate' ? step.with.direction : 'up']?.move
  if (!move) throw new Error(`${at.run.id} has no migration whose history could be looked at`)
  const applied = await appliedNow(at)
  if (applied.status !== 'done') return applied
  const reached = await at.world.engine.reconcile(at.world.target, move)
  return done({ reached, last: applied.facts.at(-1) ?? null })
}

async function observeAccess(at: Where): Promise<Outcome<ObservedState['access']>> {
  const { database, application } = at.run.plan.approved.runbook.target
  const debts = await at.world.debts.all()
  const debt = debts.find((one) => one.owes === 'access' && one.what === owedAccess(database))
  return onTarget(at, async ({ client }) => {
    const { acl } = await readAccess(client)
    const { owner } = await readOwner(client, database)
    const was = debt?.owes === 'access' ? debt.was.acl : acl
    const keep = [await whoAmI(client)]
    const differs = (opened: string[]) => compareAccess(client, { was, keep, opened })
    const as: AccessState[] = [
      ...(isSameAccess({ acl, owner }, { acl: was, owner }) ? (['as-before'] as const) : []),
      ...((await differs([])) ? [] : (['closed'] as const)),
      ...((await differs([application.role])) ? [] : (['application-only'] as const)),
    ]
    return done({ as, acl: acl?.join(', ') ?? 'the default of PostgreSQL' })
  })
}

async function observeServices(at: Where): Promise<Outcome<ObservedService[]>> {
  const observed: ObservedService[] = []
  for (const { name } of at.run.plan.approved.runbook.services) {
    const { service, method } = serviceOf(at, name)
    const state = await method.state()
    if (!state.ok) return failed(state.problem)
    const { instances } = state.value
    const process = await method.process()
    const answer = await method.answering(at.signal)
    const { release } = answer
    const version = release === 'another' ? release : release && (service.release?.[release].version ?? null)
    observed.push({ name, instances, process, health: answer.saw, answers: answer.status !== null, version })
  }
  return done(observed)
}

const countArchives = async (
  at: Where,
  archives: readonly string[],
): Promise<Outcome<ObservedState['archives']>> =>
  archives.length === 0
    ? done(new Map())
    : onTarget(
        at,
        async ({ client }) => {
          const there = (await readTables(client, [...archives])).filter((table) => table.exists)
          const counts = await countRows(
            client,
            there.map(({ name }) => name),
          )
          return done(new Map(counts.map(({ table, rows }) => [table, rows])))
        },
        patient(at),
      )
