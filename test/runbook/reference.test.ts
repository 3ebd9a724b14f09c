import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { runbookJsonSchema } from '../../src/runbook/json-schema.ts'
import { runbookReference } from '../../src/runbook/reference.ts'
import { changed } from './files.ts'

const read = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

it('docs/runbook.schema.json is what the code reads (`npm run schema` makes it anew)', async () => {
  expect(JSON.parse(await read('runbook.schema.json'))).toEqual(
    JSON.parse(JSON.stringify(runbookJsonSchema())),
  )
})

it('docs/runbook.md holds every key as the code reads it (`npm run schema` makes it anew)', async () => {
  expect(await read('runbook.md')).toContain(runbookReference())
})

it('describes every key', () => {
  const lines = runbookReference().split('\n')
  expect(lines.length).toBeGreaterThan(80)
  expect(lines.filter((line) => !/^- `[\w.[\]]+` \(.+\): \S/.test(line))).toEqual([])
})

it('the schema takes the example, and refuses an unknown key, a missing one and a wrong value', async () => {
  const check = new Ajv2020({
    strict: false,
    formats: { 'date-time': true, email: true, uri: true },
  }).compile(runbookJsonSchema())
  const taken = async (changes: Record<string, unknown>) => check(parse(await changed(changes)))
  expect(await taken({})).toBe(true)
  expect(await taken({ titel: 'x' })).toBe(false)
  expect(await taken({ title: undefined })).toBe(false)
  expect(await taken({ 'window.drain': 'soon' })).toBe(false)
})
