import { expect, test } from 'vitest'
import { parseFile } from '../../../src/engines/statements/sql-file.ts'
import { prepareScripts } from '../../../src/engines/prepare-scripts.ts'
import { historyOf } from '../../../src/engines/history.ts'
import { valueOf } from '../../adapters/postgres/hrms.ts'
import { settings } from '../scripts.ts'

/** How often everything else in this process came to its turn meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let next = setImmediate(function count() {
    turns++
    next = setImmediate(count)
  })
  await work()
  clearImmediate(next)
  return turns
}

test('a plan of a large file lets everything else go first between its statements', async () => {
  const turnsOf = async (rows: number): Promise<number> => {
    const insert = `INSERT INTO a (id, name) VALUES (1, '${'x'.repeat(1_000)}');\n`
    const read = [{ migration: '1_a', parsed: valueOf(await parseFile('1_a.up.sql', insert.repeat(rows))) }]
    const history = historyOf(settings.history)
    const move = { from: null, to: '1_a' }
    return turnsDuring(() => prepareScripts({ move, direction: 'up', read, ups: read, history }))
  }
  expect(await turnsOf(10)).toBe(0)
  expect(await turnsOf(1_000)).toBeGreaterThan(30)
})

test('a large file lets everything else go first while it is parsed', async () => {
  const insert = `INSERT INTO a (id, name) VALUES (1, '${'x'.repeat(1_000)}');\n`
  expect(await turnsDuring(() => parseFile('1_a.up.sql', insert.repeat(10)))).toBe(0)
  expect(await turnsDuring(() => parseFile('1_a.up.sql', insert.repeat(2_000)))).toBeGreaterThan(10)
})
