import { expect, test } from 'vitest'
import { statementsOf } from '../../src/domain/script.ts'
import { planDetailsView } from '../../src/views/plan-details.ts'
import { sqlOf } from '../../src/views/plan-sql.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { plan } from './sample.ts'

test('a plan whose files Slack refused says so and where the SQL is, and promises none', () => {
  const view = planDetailsView(plan(), 'file_uploads_disabled')
  const said = plainText(view)
  expect(said).toMatch(/^Plan 7F3A in full — .*; to read before you approve: “Read the SQL” below\n/)
  expect(said).toContain(
    'The files were not uploaded (file_uploads_disabled). The exact SQL is behind “Read the SQL”, and in a terminal: lockkeeper sql 7F3A.',
  )
  expect(view.files).toEqual([])
})

test('the thread of a plan says which characters of the SQL nobody sees, and in which lines', () => {
  const made = plan()
  const [statement] = statementsOf(made.approved.prepared!.up.scripts[0]!.units[0]!)
  statement!.text = 'select \u202e1;\nselect \u001b2;'
  const line = sqlOf(made)!
    .split('\n')
    .findIndex((each) => each.includes('\u202e'))
  expect(plainText(planDetailsView(made))).toContain(
    `2 hidden characters in 7F3A.up.sql: ⟨U+202E⟩ in line ${line + 1}, \\x1b in line ${line + 2}.`,
  )
})
