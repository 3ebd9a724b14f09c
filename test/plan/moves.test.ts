import { describe, expect, it } from 'vitest'
import type { Migration } from '../../src/domain/script.ts'
import { besides, movesFor } from '../../src/plan/moves.ts'

/** `A+ B? C`: A is applied, B is applied without a file, C waits. */
const history = (written: string): Migration[] =>
  written.split(' ').map((each) => ({
    id: each.replace(/[+?]$/, ''),
    state: each.endsWith('+') ? 'applied' : each.endsWith('?') ? 'unknown' : 'pending',
  }))

describe('the way of a migration', () => {
  it.each([
    ['A+ B+ C', 'C', { up: { from: 'B', to: 'C' }, down: { from: 'C', to: 'B' } }],
    ['A B C', 'C', { up: { from: null, to: 'C' }, down: { from: 'C', to: null } }],
    ['A+ B? C', 'C', { up: { from: 'B', to: 'C' }, down: { from: 'C', to: 'B' } }],
    ['A+ B C D', 'C', { up: { from: 'A', to: 'C' }, down: { from: 'C', to: 'A' } }],
  ])('from %s to %s begins at what is applied, and leads back there', (written, migration, moves) => {
    expect(movesFor('migrate', migration, history(written), null)).toEqual({ ok: true, value: moves })
  })

  it.each([
    ['A+ B', 'C', { code: 'migration-unknown', migration: 'C', known: ['A', 'B'] }],
    ['A+ B+', 'B', { code: 'migration-applied', migration: 'B' }],
    ['A+ B?', 'B', { code: 'migration-applied', migration: 'B' }],
    ['A+ B C+', 'B', { code: 'history-out-of-order', migration: 'B', after: 'C' }],
  ])('from %s to %s is refused', (written, migration, problem) => {
    expect(movesFor('migrate', migration, history(written), null)).toEqual({ ok: false, problem })
  })

  it('says what it would apply besides, and what was passed over', () => {
    const migrations = history('A B+ C D E')
    const moves = { up: { from: 'B', to: 'E' }, down: { from: 'E', to: 'B' } }
    expect(besides('migrate', migrations, moves)).toEqual([
      { code: 'also-applies', migrations: ['C', 'D'] },
      { code: 'history-out-of-order', migration: 'A', after: 'B' },
    ])
  })
})

describe('the way of a rollback', () => {
  it('leads back to where the run began, however many migrations it took', () => {
    expect(movesFor('rollback', 'C', history('A+ B+ C+'), { from: 'A', to: 'C' })).toEqual({
      ok: true,
      value: { up: { from: 'A', to: 'C' }, down: { from: 'C', to: 'A' } },
    })
  })

  it('leads back by one migration where no run is known', () => {
    expect(movesFor('rollback', 'C', history('A+ B+ C+'), null)).toMatchObject({
      value: { down: { from: 'C', to: 'B' } },
    })
    expect(movesFor('rollback', 'A', history('A+'), null)).toMatchObject({
      value: { down: { from: 'A', to: null } },
    })
  })

  it('names later migrations, which it would take along', () => {
    const migrations = history('A+ B+ C+ D')
    const moves = movesFor('rollback', 'B', migrations, { from: 'A', to: 'B' })
    if (!moves.ok) throw new Error('refused')
    expect(moves.value.down).toEqual({ from: 'C', to: 'A' })
    expect(besides('rollback', migrations, moves.value)).toEqual([
      { code: 'also-reverts', migrations: ['C'] },
    ])
  })

  it('is refused where the migration is not applied', () => {
    expect(movesFor('rollback', 'B', history('A+ B'), null)).toEqual({
      ok: false,
      problem: { code: 'migration-not-applied', migration: 'B' },
    })
  })
})
