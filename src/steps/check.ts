import type { Problem } from '../domain/problem.ts'
import type { Check } from '../domain/finding.ts'
import type { StepKind } from './step-kind.ts'
import { remeasure } from '../plan/remeasure.ts'
import { done, failed } from '../domain/outcome.ts'

/**
 * Measures again what the plan measured: hours may have passed. What people approved has to be the same; a blocker that
 * they did not see is asked about.
 */
export const check: StepKind<'check'> = {
  resume: 'retry',
  async perform(at) {
    const { plan } = at.run
    const again = await remeasure(plan, {
      now: new Date().toISOString(),
      environment: at.world.environment,
      backups: { folder: at.world.backups.folder },
      builds: at.world.builds,
      earlier: [],
      ours: null,
      target: at.world.target,
    })
    if (!again.ok) return failed(again.problem)
    const { measured, differs } = again.value
    if (differs.length > 0) return failed({ code: 'plan-stale', plan: plan.id, differs })
    const known = new Set(blockersOf(plan.measured.checks).map((problem) => problem.code))
    const problems = blockersOf(measured.checks).filter((problem) => !known.has(problem.code))
    if (problems.length > 0)
      return {
        status: 'asks',
        question: { code: 'new-blockers', problems, choices: ['retry', 'back-out', 'leave'] },
      }
    return done({ checks: measured.checks, at: measured.at })
  },
}

const blockersOf = (checks: readonly Check[]): Problem[] =>
  checks.flatMap(({ findings }) => findings.filter((f) => f.level === 'blocker').map((f) => f.problem))
