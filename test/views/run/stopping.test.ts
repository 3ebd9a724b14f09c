import { describe, expect, test } from 'vitest'
import { done } from '../../../src/domain/outcome.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import type { Step } from '../../../src/domain/step.ts'
import { routesFor } from '../../../src/plan/routes.ts'
import { cancelForm } from '../../../src/views/forms.ts'
import { formText } from '../../../src/views/terminal.ts'
import { at, attempt, plan, prepared, run } from '../sample.ts'

describe('a step that is stopped says what it leaves', () => {
  const released = plan()
  released.approved.runbook.services[0]!.release = {
    before: { version: '1', deploy: ['./deploy', '1'] },
    after: { version: '2', deploy: ['./deploy', '2'] },
  }
  const inParts = plan()
  inParts.approved.prepared!.up.scripts.push(...prepared(['SELECT 1']).scripts)
  const alone = plan()
  alone.approved.prepared!.up.scripts[0]!.units = [
    { in: 'none', statement: { text: 'VACUUM', line: 1, from: 'file' } } as never,
  ]
  test.each<[string, Plan, Step['kind'], string]>([
    [
      'a service',
      plan(),
      'stop',
      'Stop hrms-api, is stopped first: if hrms-api was told to stop by then, it does all the same, and is started again.',
    ],
    [
      'a release command',
      released,
      'release',
      'Release hrms-api, is stopped first: the command for hrms-api is ended where it is, and what it did by then stays; then the command for the other release runs, where the runbook has one.',
    ],
    [
      'a migration that commits once',
      plan(),
      'migrate',
      'Migrate, is stopped first: its transaction is rolled back as a whole; if it has committed by then, the run asks.',
    ],
    [
      'several migrations',
      inParts,
      'migrate',
      'Migrate, is stopped first: what it is at is rolled back, as far as a transaction holds it; parts that have committed by then stay, and then the run asks.',
    ],
    [
      'a statement that no transaction holds',
      alone,
      'migrate',
      'Migrate, is stopped first: what it is at is rolled back, as far as a transaction holds it; parts that have committed by then stay, and then the run asks.',
    ],
    [
      'a service that starts',
      plan(),
      'start',
      'Start hrms-api, is stopped first: if hrms-api was started by then, it is stopped again.',
    ],
  ])('%s', (_, made, kind, line) => {
    const { runbook } = made.approved
    const facts = { hasDown: true, accepted: null, needsSeconds: 20 }
    made.approved.routes = routesFor(runbook, 'migrate', facts)
    const { forward } = made.approved.routes
    const place = forward.findIndex((each) => each.kind === kind)
    const record = forward.slice(0, place + 1).map(({ id }, i) => attempt(id, i < place ? done({}) : null))
    const under = run({ plan: made, windowBegan: at('03:01:12') })
    const form = cancelForm(under, record, null)
    expect(form && formText(form, { colour: false, width: 1000 }).split('\n').at(-1)).toBe(
      `The present step, ${line}`,
    )
  })
})
