import { expect, test } from 'vitest'
import { problemView } from '../../../src/views/problem/problem.ts'
import { plainText } from '../../../src/views/words/plain.ts'

test('a disk that is full is no folder to correct', () => {
  expect(plainText(problemView({ code: 'backup-folder', folder: '/backups', errno: 'ENOSPC' }))).toBe(
    'Backups cannot be written to /backups (ENOSPC: the disk is full).\nNext: Free or add disk, or name another folder in Lockkeeper’s configuration (backups); then try again.',
  )
})
