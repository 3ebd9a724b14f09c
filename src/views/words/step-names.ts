import { code, say, type Line } from '../../domain/view.ts'
import { counted, seconds } from './amounts.ts'
import type { Plan } from '../../domain/plan.ts'
import type { RunOutline } from '../../domain/run.ts'
import type { Step } from '../../domain/step.ts'
import { requestsFor } from '../../domain/runbook.ts'

/** What people call a step: `Drain`, `Stop hrms-api`, `Migrate down`. */
export function stepName(step: Step): string {
  switch (step.kind) {
    case 'backup':
      return 'Backup'
    case 'check':
      return 'Check'
    case 'claim':
      return 'Claim'
    case 'card':
      return 'Card'
    case 'baseline':
      return 'Baseline'
    case 'stop':
      return `Stop ${step.with.service}`
    case 'close':
      return 'Close'
    case 'drain':
      return 'Drain'
    case 'before':
      return 'Before'
    case 'deadline':
      return 'Deadline'
    case 'migrate':
      return step.with.direction === 'up' ? 'Migrate' : 'Migrate down'
    case 'verify':
      return 'Verify'
    case 'open':
      return 'Open'
    case 'release':
      return `Release ${step.with.service}`
    case 'start':
      return `Start ${step.with.service}`
    case 'smoke':
      return 'Smoke'
    case 'admit':
      return 'Admit'
  }
}

/** What a step does, for people who approve a plan. */
export function stepDoes(step: Step, { approved }: Pick<Plan, 'approved'>): Line {
  const { runbook } = approved
  switch (step.kind) {
    case 'backup':
      return say`pg_dump of the whole database, with a checksum, read through to its end; ${runbook.backup.keep} are kept`
    case 'check':
      return say`everything that the plan noticed, looked at again; a new blocker stops the run and asks`
    case 'claim':
      return say`this database is held for this run alone; what a dead run left there is ended`
    case 'card':
      return say`the commands that undo everything by hand are posted, and kept in a file`
    case 'baseline':
      return say`health and functional checks are asked before the first service stops: what fails then already is no fault of the migration`
    case 'stop':
      return say`its instances are counted and stopped; as many are started again`
    case 'close':
      return say`nobody but Lockkeeper may connect to ${code(runbook.target.database)}; other databases stay open`
    case 'drain':
      return say`waits up to ${seconds(step.with.seconds)} for the last session; then people are asked, session by session`
    case 'before':
      return say`rows and tables are counted and described, now that nothing moves`
    case 'deadline':
      return say`goes on only if there is time: it needs ${seconds(step.with.needsSeconds)} with its way back`
    case 'migrate':
      return migrateDoes(step.with.direction, runbook)
    case 'verify':
      return step.with.as === 'after'
        ? say`history, columns, row counts and the try-out as the application, which is rolled back`
        : say`history and tables are as before the migration`
    case 'open':
      return say`${code(runbook.target.application.role)} may connect again, nobody else yet`
    case 'release':
      return say`the version for the database as it is ${step.with.to === 'after' ? 'after' : 'before'} the migration is put in place`
    case 'start':
      return say`as many instances as were stopped, until they are healthy`
    case 'smoke':
      return smokeDoes(requestsFor(runbook, step.with.as).length)
    case 'admit':
      return step.with.holds
        ? say`waits for a person; then everybody may connect again, as before`
        : say`everybody may connect again, as before`
  }
}

const smokeDoes = (requests: number): Line =>
  requests
    ? say`health, and ${counted(requests, 'functional check')} with an account made for it`
    : say`health; the runbook names no functional checks`

const migrateDoes = (direction: 'up' | 'down', runbook: Plan['approved']['runbook']): Line =>
  say`${direction === 'up' ? 'the SQL of the way up' : 'the SQL of the way down'}; a lock is waited for ${seconds(
    runbook.window.lockTimeout / 1000,
  )}, up to ${runbook.window.lockAttempts} times`

/** Of any of a run's ways. An id that no way has stands for itself. */
export const stepOf = (run: Pick<RunOutline, 'plan'>, id: string): Step | undefined => {
  const { forward, 'back-out': backOut, 'roll-back': rollBack } = run.plan.approved.routes
  return [...forward, ...(backOut ?? []), ...(rollBack ?? [])].find((step) => step.id === id)
}

export const nameOf = (run: Pick<RunOutline, 'plan'>, id: string): string => {
  const step = stepOf(run, id)
  return step ? stepName(step) : id
}

/** `AddSecurityEnhancements on hrms_master`. */
export function subjectOf({ approved, kind }: Pick<Plan, 'approved' | 'kind'>): string {
  const { title, target } = approved.runbook
  if (kind === 'backup') return `Backup of ${target.database}`
  return `${kind === 'rollback' ? 'Rollback of ' : ''}${title} on ${target.database}`
}
