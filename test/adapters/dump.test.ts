import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inject } from 'vitest'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../src/adapters/process.ts'
import { readDump, takeDump } from '../../src/adapters/dump.ts'
import type { Progress } from '../../src/domain/step.ts'
import { emptyDatabase, hrmsDatabase, type TestDatabase } from '../databases.ts'
import { addressOf, makeDumpFolder, optionsOf } from './dump-options.ts'

test('a dump is proven, recorded and restores to the same rows', async () => {
  const database = await hrmsDatabase()
  const folder = await makeDumpFolder()
  const timer = setTimeout(() => console.log(process.getActiveResourcesInfo()), 5000); timer.unref()
  const outcome = await takeDump(addressOf(database.url), optionsOf(folder))
  expect(outcome).toMatchObject({ status: 'done' })
})
