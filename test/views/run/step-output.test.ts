import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../src/domain/outcome.ts'
import { done, failed } from '../../../src/domain/outcome.ts'
import { stepView } from '../../../src/views/run/step.ts'
import { lineText, plainText } from '../../../src/views/words/plain.ts'
import { at, plan, run } from '../sample.ts'

/** A run whose only step puts a release in place. */
const releasing = () => {
  const made = plan()
  const step = {
    id: 'release',
    kind: 'release' as const,
    with: { service: 'hrms-api', to: 'after' as const },
    inWindow: true,
  }
  const routes = { forward: [step], 'back-out': null, 'roll-back': null }
  return run({ plan: { ...made, approved: { ...made.approved, routes } } })
}

describe('what a release command wrote', () => {
  const partsOf = (outcome: Outcome) => stepView(releasing(), 'release', outcome, at('03:01:12')).parts

  test('is in the thread, its last lines', () => {
    const outcome = done({ version: '2.0', deployed: true, output: 'fetched\nlinked' })
    expect(partsOf(outcome)).toEqual([{ part: 'code', text: 'fetched\nlinked' }])
    expect(partsOf(done({ version: '2.0', deployed: true }))).toEqual([])
  })

  test('all of it is in a file, whose place is said, and whether the disk took all', () => {
    const file = '/var/lib/lockkeeper/runs/7F3A-1/release-1-deploy.log'
    const kept = { program: 'deploy', file, host: 'db-1' }
    const said = (lacks: string | null) =>
      plainText(
        stepView(
          releasing(),
          'release',
          { ...done({ version: '2.0', deployed: true }), wrote: [{ ...kept, lacks }] } as Outcome,
          at('03:01:12'),
        ),
      )
    expect(said(null)).toContain(`Whole output of deploy: ${file} on db-1`)
    expect(said('ENOSPC')).toContain(`Output of deploy, not all of it (the disk is full): ${file} on db-1`)
    expect(said('EIO')).toContain('not all of it (EIO)')
  })

  test('is shown where it failed, its last words first; long lines are cut', () => {
    const output = `${'long'.repeat(60)}\nno room left`
    const problem = {
      service: 'hrms-api',
      doing: 'deploy',
      reason: 'its command failed',
      exitCode: 7,
    } as const
    const parts = partsOf(failed({ code: 'service-failed', ...problem, output }))
    expect(parts).toContainEqual({ part: 'code', text: `${output.slice(0, 199)}…\nno room left` })
    expect(parts.flatMap((part) => ('line' in part ? lineText(part.line) : []))).toEqual([
      'Its last words: no room left',
      'Next: What its command wrote is in the thread: correct the cause on its host. Then retry, or go back.',
    ])
  })
})
