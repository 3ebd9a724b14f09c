import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Outcome } from '../domain/outcome.ts'
import { cardFile } from '../domain/run.ts'
import type { Done } from '../domain/step.ts'
import type { Service } from '../domain/runbook.ts'
import type { At, StepKind } from './step-kind.ts'
import { readAccess } from '../adapters/postgres/closing.ts'
import { readOwner, whoAmI } from '../adapters/postgres/roles.ts'
import { clientTools } from '../adapters/tools.ts'
import { done, failed } from '../domain/outcome.ts'
import { accessByHand } from './access.ts'
import { cardText, downFile } from '../views/run/card.ts'
import { commandsByHand, guardsOf, sqlByHand } from './break-glass.ts'
import { archiveByHand } from './archive-by-hand.ts'
import { onTarget } from './on-target.ts'
import { openDebt, owedAccess, owedRelease, owedService } from './owed.ts'
import { serviceOf } from './services.ts'

/**
 * Says before anything is taken what will be: each service with its instances, who may enter the database, each
 * release. And writes how to give it all back by hand, for the night in which we are dead.
 */
export const card: StepKind<'card'> = {
  resume: 'retry',
  async perform(at) {
    const running = await planServices(at)
    if (running.status !== 'done') return running
    const access = await planAccess(at)
    if (access.status !== 'done') return access
    const { approved } = at.run.plan
    const tools = await clientTools(approved.serverVersion, at.world.environment)
    if (!tools.ok) return failed(tools.problem)
    const { folder } = at.world
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const down = approved.prepared?.down
    const downPath = down ? path.join(folder, downFile) : null
    let downSql = null
    if (down && downPath) {
      const units = down.scripts.flatMap((script) => script.units)
      const guards = guardsOf(
        { approved },
        down.scripts.map(({ migration }) => migration),
      )
      downSql = sqlByHand(units, approved.runbook.window, guards, archiveByHand(down, at.run.id))
      await writeFile(downPath, downSql)
    }
    const commands = commandsByHand({
      approved,
      applicationName: at.world.target.applicationName,
      address: at.world.target.address,
      access: access.facts.lines,
      acl: access.facts.acl,
      downFile: downPath,
      services: running.facts.toReversed(),
      programs: { psql: tools.value.psql, node: process.execPath },
    })
    const file = path.join(folder, cardFile)
    await writeFile(file, cardText(at.run, commands, at.world.command))
    return done<Done['card']>({ file, commands, ...(downSql !== null && { down: downSql }) })
  },
}

/** Those that run, in the order of stopping. One that does not run is not stopped, and so not started. */
async function planServices(at: At<'card'>) {
  const running: Service[] = []
  for (const { name } of at.run.plan.approved.runbook.services) {
    const { service, method } = serviceOf(at, name)
    const state = await method.state()
    if (!state.ok) return failed(state.problem)
    const owing = await openDebt(at.world.debts, 'service', owedService(name))
    if (state.value.instances === 0 && !owing) continue
    const was = owing?.was ?? { instances: state.value.instances }
    await at.world.debts.plan({ owes: 'service', what: owedService(name), was })
    if (service.release)
      await at.world.debts.plan({
        owes: 'release',
        what: owedRelease(name),
        was: { version: service.release[at.run.plan.kind === 'rollback' ? 'after' : 'before'].version },
      })
    running.push(service)
  }
  return done(running)
}

/** Who is let in now, and lines of SQL that let them in again. */
function planAccess(at: At<'card'>): Promise<Outcome<{ acl: string[] | null; lines: string[] }>> {
  const { target } = at.run.plan.approved.runbook
  return onTarget(at, async ({ client }) => {
    const what = owedAccess(target.database)
    const owing = await openDebt(at.world.debts, 'access', what)
    const { acl } = owing?.was ?? (await readAccess(client))
    await at.world.debts.plan({ owes: 'access', what, was: { acl } })
    const { owner } = await readOwner(client, target.database)
    const ours = [await whoAmI(client), target.application.role]
    return done({ acl, lines: accessByHand(target.database, { acl, owner }, ours) })
  })
}
