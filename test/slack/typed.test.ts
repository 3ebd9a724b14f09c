import { expect, test } from 'vitest'
import { typedWords } from '../../src/slack/typed.ts'

test.each([
  ['', []],
  ['  run   add-security-enhancements ', ['run', 'add-security-enhancements']],
  ['run one “two words” three', ['run', 'one', 'two words', 'three']],
  ['run one ‘two words’', ['run', 'one', 'two words']],
  ['run one — because of «this»', ['run', 'one', '-', 'because', 'of', 'this']],
  ['backup—list', ['backup-list']],
  ["run one it can't wait, don’t ask", ['run', 'one', 'it', "can't", 'wait,', "don't", 'ask']],
  ["run one the admins' wish", ['run', 'one', 'the', "admins'", 'wish']],
  [
    'ask <@U0ASHA|asha> in <#C0OPS|ops> &amp; &lt;tell&gt;',
    ['ask', '@U0ASHA', 'in', '#C0OPS', '&', '<tell>'],
  ],
  ['an "open quotation', ['an', 'open quotation']],
  ['a\u00A0b', ['a', 'b']],
])('%j is read as %j', (text, words) => {
  expect(typedWords(text)).toEqual(words)
})
