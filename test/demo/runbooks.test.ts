import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { hrmsBySql, runbooksOnDotnet } from '../../demo/stage/runbooks.ts'
import { runbookSchema, type Runbook } from '../../src/domain/runbook.ts'

const text = await readFile(
  path.join(runbooksOnDotnet.runbooks, 'hrms/add-security-enhancements.yml'),
  'utf8',
)
const onDotnet = runbookSchema.parse(parse(text))
const bySql = runbookSchema.parse(parse(await hrmsBySql()))

/** A runbook but for its engine, and for how its application is started and deployed. */
function common({ services, ...rest }: Omit<Runbook, 'folder'>) {
  const other = { start: null, directory: null, environment: null }
  const same = services.map(({ release, ...service }) => ({
    ...service,
    ...other,
    versions: [release?.before.version, release?.after.version],
  }))
  return { ...rest, engine: null, services: same }
}

test('HRMS has one runbook: without .NET only its engine and the ways of its application are others', () => {
  expect(common(bySql)).toEqual(common(onDotnet))
  expect([onDotnet.engine.kind, bySql.engine.kind]).toEqual(['efcore', 'sql'])
  expect([onDotnet, bySql].map(({ services }) => services[0]?.start[0])).toEqual(['dotnet', 'node'])
  expect(bySql.services[0]?.release?.before.deploy).toEqual(['node', 'demo/hrms/release.ts', 'before'])
})

test('what people wrote beside it stays: comments, and the line for their editor', async () => {
  const comments = (yaml: string) => yaml.split('\n').filter((line) => line.trim().startsWith('#'))
  expect(comments(await hrmsBySql())).toEqual(comments(text))
  expect(comments(text)).toContain('# yaml-language-server: $schema=../../../docs/runbook.schema.json')
})
