import type { Service } from '../domain/runbook.ts'
import type { At, StepKind } from './step-kind.ts'
import { done, unneeded } from '../domain/outcome.ts'
import { presentRoute } from '../domain/route.ts'
import { askedBefore } from './asked.ts'
import { openDebt, owedRelease, takeOwed } from './owed.ts'
import { serviceOf } from './services.ts'

/**
 * Puts the release in place that fits the database as it is now, where the runbook has commands for it. On a way back
 * only what this run put in place is taken away again.
 */
export const release: StepKind<'release'> = {
  /** Nobody can ask a command whether it took effect: people look. */
  async resume(at) {
    const { service } = serviceOf(at, at.with.service)
    if (!hasCommands(service, at.with.to) || !(await debtOf(at))) return 'not done'
    const began = at.record.findLast((a) => a.step === at.step.id)?.beganAt ?? at.run.startedAt
    return {
      status: 'asks',
      question: { code: 'had-begun', began, choices: ['retry', 'go-on', 'back-out', 'leave'] },
    }
  },

  async perform(at, answer) {
    const { debts } = at.world
    const { service, method } = serviceOf(at, at.with.service)
    const { to } = at.with
    if (!service.release || !hasCommands(service, to)) return unneeded('not-in-runbook')
    const goesBack = presentRoute(at.record) !== 'forward'
    const open = await debtOf(at)
    if (goesBack && !open) return unneeded('nothing-taken')
    const { version } = service.release[to]
    if (!goesBack) {
      const was = { version: service.release[otherThan(to)].version }
      await takeOwed(debts, { owes: 'release', what: owedRelease(service.name), was })
    }
    const tookEffect = answer?.choice === 'go-on' && askedBefore(at, 'had-begun') !== null
    const outcome = tookEffect
      ? done({ version, deployed: true })
      : await method.release(to, at.signal, at.output)
    if (outcome.status === 'done' && goesBack) await debts.settle(owedRelease(service.name))
    return outcome
  },
}

const debtOf = (at: At<'release'>) => openDebt(at.world.debts, 'release', owedRelease(at.with.service))

const otherThan = (to: 'before' | 'after') => (to === 'after' ? 'before' : 'after')

/** A release is put in place by its own command, or by taking the other one away. */
const hasCommands = ({ release: releases }: Service, to: 'before' | 'after'): boolean =>
  releases !== undefined && (releases[to].deploy ?? releases[otherThan(to)].undeploy) !== undefined
