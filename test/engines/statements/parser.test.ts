import path from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'

const program = path.join(import.meta.dirname, '../../fixtures/parses-much.ts')

test('reading many statements takes less than 200 MB: V8, which takes 600 more when it optimises the parser, does not', async () => {
  // Where V8 would optimise, it does so at once, and not some time later in the background.
  const { stdout } = await execa(process.execPath, ['--wasm-sync-tier-up', program])
  expect(Number(stdout) / 1024).toBeLessThan(200)
})
