import type { Keep, Prepared, Script, Unit } from '../domain/script.ts'
import type { Applying } from './engine.ts'

/** A unit in its place of a move. */
export interface UnitAt {
  script: Script
  unit: Unit
  /** Its place in the script. */
  part: number
  /** The last migration of the history before the script. */
  before: string | null
  /** And after it, where this unit is the one that writes the history. */
  after: { last: string | null } | null
  /** What a rollback after admit keeps first; only with the first transaction of the move. */
  keeps: Keep[]
}

/** Whether a move goes down: its first script is then the one of the migration that it leaves. */
export const isDown = ({ move, scripts }: Pick<Prepared, 'move' | 'scripts'>): boolean =>
  scripts[0]?.migration === move.from

/** The last migration of the history before each script, and after the last one. */
export const statesOf = ({ move, scripts }: Pick<Prepared, 'move' | 'scripts'>): (string | null)[] => {
  const migrations = scripts.map(({ migration }) => migration)
  return isDown({ move, scripts }) ? [...migrations, move.to] : [move.from, ...migrations]
}

/** The units of one script of a move. */
export function unitsAt(prepared: Prepared, index: number, accepted: Applying['accepted']): UnitAt[] {
  const states = statesOf(prepared)
  const script = prepared.scripts[index]!
  const isTransaction = (unit: Unit): boolean => unit.in === 'transaction'
  const first = script.units.findIndex(isTransaction)
  const last = script.units.findLastIndex(isTransaction)
  return script.units.map((unit, part) => ({
    script,
    unit,
    part,
    before: states[index] ?? null,
    after: part === last ? { last: states[index + 1] ?? null } : null,
    keeps: accepted !== null && index === 0 && part === first ? prepared.keeps : [],
  }))
}
