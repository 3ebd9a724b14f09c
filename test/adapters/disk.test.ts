import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { freeBytes } from '../../src/adapters/disk.ts'
import { run } from '../../src/adapters/process.ts'

test('free bytes are what df says', async () => {
  const { lastLines } = await run('df', ['-Pk', tmpdir()], { environment: { PATH: process.env['PATH'] } })
  const available = Number(lastLines.at(-1)?.split(/\s+/)[3]) * 1024
  const free = await freeBytes(tmpdir())
  expect(free.ok && Math.abs(free.value - available) < 0.2 * available).toBe(true)
})

test('a folder that is not there has no free bytes but an error', async () => {
  expect(await freeBytes('/no/such/folder')).toEqual({
    ok: false,
    problem: { code: 'disk-unknown', folder: '/no/such/folder', errno: 'ENOENT' },
  })
})
