import { describe, expect, it } from 'vitest'
import type { Approved } from '../../src/domain/plan.ts'
import type { Prepared } from '../../src/domain/script.ts'
import type { Json } from '../../src/domain/json.ts'
import { digestOf } from '../../src/domain/digest.ts'
import { planAlphabet, planId } from '../../src/plan/id.ts'
import { routesFor } from '../../src/plan/routes.ts'
import { exampleRunbook } from '../plan/runbooks.ts'

const runbook = await exampleRunbook()
const script = {
  migration: 'C',
  file: 'C.up.sql',
  sql: 'select 1;',
  sha256: 'ab',
  units: [{ in: 'transaction' as const, statements: [{ text: 'select 1', line: 1, from: 'file' as const }] }],
}
const statement = { text: 'lock s.t', line: 1, from: 'added' as const }
const prepared: Prepared = {
  kind: 'scripts',
  move: { from: 'B', to: 'C' },
  scripts: [script],
  touches: ['s.t'],
  adds: [{ table: 's.t', column: 'a', gives: { value: '0' }, notNull: true }],
  drops: [{ table: 's.t', column: 'a', gave: { value: '0' } }],
  restores: [{ table: 's.t', column: 'b' }],
  keeps: [{ table: 's.t', into: 'kept.t', lock: statement, statements: [statement] }],
  program: null,
  idempotent: null,
  source: null,
  noticed: [],
  sha256: 'cd',
}
const approved: Approved = {
  runbook,
  identity: { systemIdentifier: '7', timeline: 1, databaseOid: 5, database: 'hrms_master', host: 'db:5432' },
  serverVersion: '15.18',
  prepared: { up: prepared, down: prepared },
  history: { table: 's.h', column: 'id', migrations: [{ id: 'C', state: 'pending' }] },
  schema: [
    {
      name: 's.t',
      exists: true,
      columns: [{ name: 'a', type: 'text', nullable: true, default: null }],
      constraints: [{ name: 'k', definition: 'UNIQUE (a)', valid: true }],
      indexes: [{ name: 'i', definition: 'CREATE INDEX …', valid: true }],
      triggers: [{ name: 'g', definition: 'CREATE TRIGGER …' }],
    },
  ],
  routes: routesFor(runbook, 'migrate', { hasDown: true, accepted: null, needsSeconds: 20 }),
  accepted: null,
}

/** The same value with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  )
}

/** Each value within, changed, one at a time: another text, the next number, the opposite, something for null. */
function* variants(value: unknown): Generator<{ at: string; changed: unknown }> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      for (const { at, changed } of variants(inner)) {
        const copy = structuredClone(value) as Record<string, unknown>
        copy[key] = changed
        yield { at: `.${key}${at}`, changed: copy }
      }
    if (Array.isArray(value) && value.length > 0) yield { at: '[less]', changed: value.slice(1) }
    return
  }
  const other: Json =
    typeof value === 'number'
      ? value + 1
      : typeof value === 'boolean'
        ? !value
        : value === null
          ? 'x'
          : `${JSON.stringify(value)}x`
  yield { at: '', changed: other }
}

describe('the digest of what people approve', () => {
  it('is a SHA-256 in hexadecimal', () => expect(digestOf(approved)).toMatch(/^[0-9a-f]{64}$/))

  it('does not depend on the order of keys', () => {
    expect(digestOf(turned(approved) as Approved)).toBe(digestOf(approved))
  })

  it('is the same after a store that keeps JSON', () => {
    expect(digestOf(JSON.parse(JSON.stringify(approved)) as Approved)).toBe(digestOf(approved))
  })

  it('depends on every single value', () => {
    const digest = digestOf(approved)
    const all = [...variants(approved)]
    expect(all.length).toBeGreaterThan(400)
    expect(all.filter(({ changed }) => digestOf(changed as Approved) === digest).map(({ at }) => at)).toEqual(
      [],
    )
  })

  it('depends on the order of steps and statements', () => {
    const { forward } = approved.routes
    const other = { ...approved, routes: { ...approved.routes, forward: forward.toReversed() } }
    expect(digestOf(other)).not.toBe(digestOf(approved))
  })
})

describe('the id of a plan', () => {
  it('is four characters that nobody mixes up, read aloud or written by hand', () => {
    expect(planAlphabet).not.toMatch(/[01258BILOQSUVZ]/)
    expect(new Set(planAlphabet).size).toBe(planAlphabet.length)
    for (let draw = 0; draw < 200; draw++) expect(planId()).toMatch(new RegExp(`^[${planAlphabet}]{4}$`))
  })

  it('is drawn from the whole alphabet', () => {
    const draws = [0, planAlphabet.length - 1, 1, 2]
    expect(planId((below) => (below === planAlphabet.length ? (draws.shift() ?? 0) : NaN))).toBe('3Y46')
  })
})
