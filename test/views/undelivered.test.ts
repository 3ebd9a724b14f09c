import { expect, test } from 'vitest'
import { undeliveredView } from '../../src/views/undelivered.ts'
import { plainText } from '../../src/views/words/plain.ts'

const waiting = (error: string) =>
  plainText(
    undeliveredView('#migrations', {
      to: { channel: '#migrations' },
      error,
      since: '2025-11-13T03:01:12.000Z',
      count: 2,
      cards: [],
    }),
  )

test('what waits for a scope names it, and what to do', () => {
  expect(waiting('missing_scope files:write')).toContain(
    'Lockkeeper’s app is installed without the scope files:write.\nAt https://api.slack.com/apps, open the app, replace its manifest with manifest.yml and choose “Reinstall to Workspace”.',
  )
  expect(waiting('missing_scope')).toContain('Lockkeeper’s app lacks a scope in Slack.')
})
