import type { Instant } from '../../domain/json.ts'
import type { Run } from '../../domain/run.ts'
import { bold, clock, say, text, type Form, type View } from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'

/** What people are told who wait for users to be let in. */
export function newsForm({ id, plan }: Run): Form {
  const { product, window } = plan.approved.runbook
  return {
    title: `News of ${id}`.slice(0, 24),
    submit: 'Tell them',
    parts: [
      text(
        say`It goes to everybody who was told that ${product} is unavailable. They are promised more within ${Math.round(window.news / 60_000)} minutes.`,
      ),
    ],
    fields: [
      {
        name: 'says',
        kind: 'text',
        label: 'What you know',
        hint: 'For people who do not know what a migration is',
      },
    ],
  }
}

/** To the one who said it. */
export const newsSaid = (told: { product: string; addresses: number; news: Instant }): View => ({
  state: say`${bold('Told:')} ${counted(told.addresses, 'address', 'addresses')}. More is promised by ${clock(told.news)}, whatever happens.`,
  parts: [],
  actions: [],
})
