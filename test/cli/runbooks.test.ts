import { cp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import { makeRender } from '../../src/deliveries/render.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { configuration, makePlace, type Ended, type Place } from './place.ts'

// Which runbooks a terminal plans with: those that the bot reads, whatever folder somebody names.

let place: Place
beforeAll(async () => {
  place = await makePlace()
  await cp(path.join(place.folder, 'runbooks'), path.join(place.folder, 'mine'), { recursive: true })
  await edit('mine/hrms.yml', (written) => (written.approvals = written.approvals.slice(0, 1)))
  await writeFile(path.join(place.folder, 'mine.yml'), stringify({ ...configuration, runbooks: 'mine' }))
})
afterAll(() => place.leave())

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

async function edit(file: string, change: (written: any) => void): Promise<void> {
  const its = path.join(place.folder, file)
  const written = parse(await readFile(its, 'utf8'))
  change(written)
  await writeFile(its, stringify(written))
}

async function withMine(words: string[], input = ''): Promise<Ended> {
  place.environment['LOCKKEEPER_CONFIG'] = 'mine.yml'
  const typed = await place.type('asha', words, input)
  place.environment['LOCKKEEPER_CONFIG'] = 'lockkeeper.yml'
  return typed
}

const plans = async (): Promise<{ approvals: number; title: string }[]> => {
  const { rows } = await place.pool.query(
    `select jsonb_array_length(body -> 'approved' -> 'runbook' -> 'approvals') as approvals,
       body -> 'approved' -> 'runbook' ->> 'title' as title from lockkeeper.plan order by made_at`,
  )
  return rows
}

async function toldInChannel(): Promise<string[]> {
  await fanOut(place.pool)
  const { rows } = await place.pool.query<{ event: number }>(
    `select (shows ->> 'event')::int as event from lockkeeper.delivery where key like 'access:%' order by seq`,
  )
  const render = makeRender({ pool: place.pool, peopleOf: async () => [] })
  const views = await Promise.all(rows.map(({ event }) => render({ event })))
  return views.map((view) => (view ? plainText(view) : ''))
}

test('a runbook that needs fewer approvals than the bot’s is refused with what differs, and the channel is told (runbook-differs)', async () => {
  const bot = await place.startBot()
  for (const words of [
    ['plan', 'add-security-enhancements'],
    ['backup', 'add-security-enhancements'],
    ['schedule', 'add-security-enhancements', 'tomorrow 04:00'],
  ]) {
    const { code, out } = await withMine(words, 'yes\n')
    expect(code).toBe(1)
    expect(oneLine(out)).toContain(
      `in ${path.join(place.folder, 'mine/hrms.yml')} is not the one that the bot reads: it differs in approvals.`,
    )
    expect(oneLine(out)).toContain(`reads ${path.join(place.folder, 'runbooks/hrms.yml')}`)
  }
  expect(await plans()).toEqual([])
  const told = await toldInChannel()
  expect(told).toHaveLength(1)
  expect(told[0]).toContain('A terminal was refused')
  expect(told[0]).toContain('runbook add-security-enhancements differs in approvals')

  await edit('runbooks/hrms.yml', (written) => (written.title = 'Edited a moment ago'))
  const planned = await place.type('asha', ['plan', 'add-security-enhancements'])
  expect(planned.out).toContain('Edited a moment ago')
  expect(await plans()).toMatchObject([{ approvals: 2, title: 'Edited a moment ago' }])
  bot.kill('SIGTERM')
})

test('the same text in another folder is refused: its paths lead elsewhere', async () => {
  await cp(path.join(place.folder, 'runbooks'), path.join(place.folder, 'mine'), { recursive: true })
  const { code, out } = await withMine(['plan', 'add-security-enhancements'])
  expect(code).toBe(1)
  expect(oneLine(out)).toContain('is not the one that the bot reads: it has the same text in another folder.')
})

test('a runbook that no bot reads is refused', async () => {
  await edit('mine/hrms.yml', (written) => (written.name = 'my-own'))
  const { code, out } = await withMine(['plan', 'my-own'])
  expect(code).toBe(1)
  expect(oneLine(out)).toContain('No bot reads a runbook my-own')
})
