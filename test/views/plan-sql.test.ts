import { expect, test } from 'vitest'
import { drawMessage, lengthOf } from '../../src/slack/blocks.ts'
import { pagesOf, sqlOf, sqlPageView } from '../../src/views/plan-sql.ts'
import { plan } from './sample.ts'

const drawing = { nonces: ['a', 'b', 'c'], groups: () => [] }

test('the pages of a SQL are all of it, whole lines where they fit, each shown in full by Slack', () => {
  const line = (i: number) => `insert into t values (${i}, '${'x'.repeat((i * 37) % 400)}');\n`
  const sql = Array.from({ length: 400 }, (_, i) => line(i)).join('') + `select '${'y'.repeat(20_000)}';\n`
  const pages = pagesOf(sql)
  expect(pages.join('')).toBe(sql)
  expect(pages.slice(0, 5).every((page) => page.endsWith('\n'))).toBe(true)
  const shown = pages.map((page, i) => {
    const { blocks } = drawMessage(sqlPageView(plan(), sql, i + 1), drawing)
    expect(lengthOf(blocks)).toBeLessThanOrEqual(9_000)
    const texts: string[] = []
    JSON.stringify(
      blocks.filter(({ type }) => type === 'rich_text'),
      (key, value: unknown) => {
        if (key === 'text' && typeof value === 'string') texts.push(value)
        return value
      },
    )
    return texts.join('')
  })
  expect(shown.join('')).toBe(sql)
})

test('a page that there is not is the nearest one, and the first has none before it', () => {
  const sql = 'select 1;\n'.repeat(2_000)
  const last = sqlPageView(plan(), sql, 99)
  expect(last.actions.map(({ label }) => label)).toEqual(['Previous page', 'Approve…'])
  expect(sqlPageView(plan(), sql, 1).actions.map(({ label }) => label)).toEqual(['Next page', 'Approve…'])
})

test('a plan shows what it runs: a backup runs no SQL, a rollback the way down', () => {
  expect(sqlOf({ ...plan(), kind: 'backup' })).toBeNull()
  expect(sqlOf({ ...plan(), kind: 'rollback' })).toContain('way down')
  expect(sqlOf(plan())).toContain('way up')
})
