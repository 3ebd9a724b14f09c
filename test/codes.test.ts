import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { askings } from '../src/views/run/gate.ts'
import { wordings } from '../src/views/problem/problem.ts'

// What people may be told must have happened to somebody: every code is in a test that makes it come about. The tables of
// words have every code, or they would not compile.

const here = import.meta.dirname

/** The text of all files below `folders` whose paths pass. */
async function textOf(folders: string[], passes: (file: string) => boolean): Promise<string> {
  const texts: string[] = []
  for (const folder of folders)
    for await (const file of glob('**/*.ts', { cwd: folder }))
      if (passes(file)) texts.push(await readFile(path.join(folder, file), 'utf8'))
  return texts.join('\n')
}

const missingIn = (text: string, codes: readonly string[], quoted: boolean): string[] =>
  codes.filter((code) => !new RegExp(quoted ? `'${code}'` : `(?<![\\w-])${code}(?![\\w-])`).test(text))

const codes = [...Object.keys(wordings), ...Object.keys(askings), 'done', 'unneeded', 'failed', 'asks']

test('every code of a problem, a question or an outcome is in a test that makes it come about', async () => {
  const tests = await textOf([here], (file) => !file.startsWith('views') && file !== 'codes.test.ts')
  expect(missingIn(tests, codes, false)).toEqual([])
})

test('every code is produced somewhere', async () => {
  const folders = ['../src', '../commands'].map((folder) => path.join(here, folder))
  const sources = await textOf(folders, (file) => !/^(views|domain)\b/.test(file))
  const outcomes = await readFile(path.join(here, '../src/domain/outcome.ts'), 'utf8')
  expect(missingIn(`${sources}\n${outcomes}`, codes, true)).toEqual([])
})
