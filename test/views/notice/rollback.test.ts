import { expect, test } from 'vitest'
import type { About } from '../../../src/domain/notice.ts'
import { announced } from '../../../src/views/notice/notice.ts'
import { timesToCome } from '../../../src/views/notice/values.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { sampleRunbook } from '../../plans.ts'

const begins: About = { is: 'start', takenBack: true }

/** Of a runbook whose start is announced in these words. */
const said = (about: About, text: string | null) => {
  const notices = text === null ? [] : [{ at: 'start', to: ['staff'], subject: 'HRMS is away', text }]
  const runbook = { ...sampleRunbook(), notices }
  return plainText({ ...announced(text === null ? null : 0, about, runbook, timesToCome), actions: [] })
}

test('the start of a rollback says that a change is taken back', () => {
  expect(said(begins, null)).toBe(
    [
      'HRMS is unavailable once more since day and time',
      'A change that was made before is taken back.',
      'Expected back by day and end. You are told when it is.',
    ].join('\n'),
  )
})

test('what the runbook says of the start of a migration is not said of that of a rollback', () => {
  expect(said(begins, 'The migration has begun.')).toBe(said(begins, null))
  expect(said({ is: 'start' }, 'The migration has begun.')).toBe('HRMS is away\nThe migration has begun.')
})

test('a runbook that asks whether a change is taken back says both in its own words', () => {
  const either = '{% if takenBack %}The change goes back.{% else %}The change is made.{% endif %}'
  expect(said(begins, either)).toBe('HRMS is away\nThe change goes back.')
  expect(said({ is: 'start' }, either)).toBe('HRMS is away\nThe change is made.')
})
