import { expect, test } from 'vitest'
import { refusedWords } from '../../../src/views/notice/refused.ts'
import { lineText } from '../../../src/views/words/plain.ts'

test.each([
  ['not_in_channel', { channel: '#general' }, 'Lockkeeper is not in that channel'],
  ['no_mail', { mail: 'a@b.test' }, 'no mail server is configured'],
  ['451 4.7.1', { mail: 'a@b.test' }, 'the mail server put it off for too long: 451 4.7.1'],
  ['EENVELOPE', { mail: 'a@b.test' }, 'the mail server does not take it: EENVELOPE'],
  ['something_new', { person: 'U0MEI' }, 'refused: something_new'],
  [null, { person: 'U0MEI' }, 'refused: unknown'],
])('a refusal for %s to %o: %s', (error, to, words) => {
  const { why, next } = refusedWords(error, to)
  expect(lineText(why)).toBe(words)
  expect(lineText(next)).toMatch(/[Tt]ell them yourself\.$/)
})
