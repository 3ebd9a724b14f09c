import { expect, test } from 'vitest'
import { withoutLoose } from '../../../src/engines/efcore/program.ts'
import { prepared } from '../scripts.ts'

test('a program does not run what no transaction may hold: nobody could clear up after it (statement-unfit)', async () => {
  const { up } = await prepared('CREATE TABLE a (b int);\nCREATE INDEX CONCURRENTLY "IX" ON a (b);')
  expect(withoutLoose(up)).toMatchObject({
    ok: false,
    problem: { code: 'statement-unfit', line: 2, why: 'outside-in-program' },
  })
})

test('a program does not run what commits in parts: nobody could see how far it came (statement-unfit)', async () => {
  const { up } = await prepared('BEGIN;\nCREATE TABLE a (b int);\nCOMMIT;\nUPDATE a SET b = 1;')
  expect(withoutLoose(up)).toMatchObject({
    ok: false,
    problem: { code: 'statement-unfit', line: 4, why: 'apart-in-program' },
  })
})

test('what is in one transaction it may run', async () => {
  const { up } = await prepared('CREATE TABLE a (b int);')
  expect(withoutLoose(up)).toEqual({ ok: true, value: up })
})
