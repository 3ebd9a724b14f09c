import { expect, test } from 'vitest'
import type { Program } from '../../src/domain/script.ts'
import { others } from '../../src/plan/findings-migration.ts'
import type { Looked } from '../../src/plan/looked.ts'

/** A and C are applied, B was left out, and D is to be applied. */
const looked = (program: Program | null): Looked =>
  ({
    kind: 'migrate',
    history: {
      migrations: [
        { id: 'A', state: 'applied' },
        { id: 'B', state: 'pending' },
        { id: 'C', state: 'applied' },
        { id: 'D', state: 'pending' },
      ],
    },
    prepared: { up: { move: { from: 'C', to: 'D' }, program } },
  }) as unknown as Looked

const leftOut = { code: 'history-out-of-order', migration: 'B', after: 'C' }

test('a migration that was left out is not in the script, which is warned of', () => {
  expect(others(looked(null))).toEqual([{ level: 'warning', problem: leftOut }])
})

test('a program would apply a migration that was left out, and nobody has read it: refused', () => {
  const program: Program = { by: 'tool', file: '/build', sha256: '', build: '/build' }
  expect(others(looked(program))).toEqual([{ level: 'blocker', problem: leftOut }])
})
