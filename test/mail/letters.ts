import type { Letter } from '../../src/domain/letter.ts'
import type { View } from '../../src/domain/view.ts'

export const window = { start: '2026-11-13T00:00:00.000Z', end: '2026-11-13T00:30:00.000Z' }

export const view: View = {
  state: [
    { bold: 'HRMS will be unavailable on ' },
    { window, zone: { id: 'Indian/Mauritius', name: 'MUT' } },
  ],
  parts: [{ part: 'text', line: ['Please save your work before. Questions: ', { person: 'U0ASHA' }] }],
  actions: [],
}

/** A letter, as a delivery makes it. */
export const letter = (given: Partial<Letter> = {}): Letter => ({
  to: 'staff@example.com',
  key: 'notice:hrms@1/1:staff@example.com',
  madeAt: '2026-11-10T00:00:00.000Z',
  view,
  follows: null,
  invitation: null,
  ...given,
})
