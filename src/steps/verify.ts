import type pg from 'pg'
import type { Outcome } from '../domain/outcome.ts'
import type { Done, TableCount } from '../domain/step.ts'
import type { Prepared } from '../domain/script.ts'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import { factsOf, type At, type StepKind } from './step-kind.ts'
import { countRows, readTables } from '../adapters/postgres/catalog.ts'
import { analyze, unknownToPlanner } from '../adapters/postgres/statistics.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { presentRoute } from '../domain/route.ts'
import { appliedAsPlanned, appliedNow, historyDifference } from './history.ts'
import { acceptedLoss } from './loss.ts'
import { validityAfter } from '../engines/statements/validity.ts'
import { onTarget, patient } from './on-target.ts'
import { hasTaken } from './owed.ts'
import { tryOut } from './try-out.ts'
import {
  allValid,
  columnsAsExpected,
  countsAsBefore,
  tablesAsPlanned,
  takenBack,
  type Looked,
} from './table-checks.ts'

/**
 * Looks at the database before anybody enters it: history, tables, rows, and whether the application can use what is
 * new. Everything that was looked at is said, whether it passed or not.
 */
export const verify: StepKind<'verify'> = {
  resume: 'retry',
  async perform(at) {
    const route = presentRoute(at.record)
    if (route === 'back-out' && !(await hasTaken(at.world.debts, 'anything')))
      return unneeded('nothing-taken')
    const began = performance.now()
    const [looked, analyzed] = await Promise.all([
      look(at),
      route === 'back-out' ? done([]) : makeStatistics(at),
    ])
    if (looked.status !== 'done') return looked
    if (analyzed.status !== 'done') return analyzed
    const passed = [...looked.facts, ...analyzed.facts]
    return done({ passed, seconds: (performance.now() - began) / 1000 })
  },
}

type Passed = Done['verify']['passed']

async function look(at: At<'verify'>): Promise<Outcome<Passed>> {
  const applied = await appliedNow(at)
  if (applied.status !== 'done') return applied
  return onTarget(
    at,
    async (session) => {
      const looked = [lookAtHistory(at, applied.facts), ...(await lookAtTables(at, session))]
      const tried = await lookByTrying(at, session)
      if (tried.problem && looked.every(passes)) return failed(tried.problem)
      looked.push(...tried.looked)
      const faults = looked.flatMap((one) =>
        one.expected === undefined ? [] : [{ ...one, expected: one.expected }],
      )
      if (faults.length > 0) return failed({ code: 'verification-failed', failed: faults })
      return done(looked.map(({ check, found }) => ({ check, found })))
    },
    patient(at),
  )
}

const passes = (one: Looked): boolean => one.expected === undefined

/** Whether it shall be as it was when the plan was made; otherwise, as the migration leaves it. */
const isAsPlanned = ({ with: { as }, run }: At<'verify'>): boolean =>
  as === (run.plan.kind === 'rollback' ? 'after' : 'before')

function lookAtHistory(at: At<'verify'>, found: readonly string[]): Looked {
  const planned = appliedAsPlanned(at)
  const { up, down } = at.run.plan.approved.prepared ?? {}
  const added = (up?.scripts ?? []).map((script) => script.migration)
  const removed = new Set((down?.scripts ?? []).map((script) => script.migration))
  const moved =
    at.with.as === 'after' ? [...planned, ...added].toSorted() : planned.filter((id) => !removed.has(id))
  const difference = historyDifference(isAsPlanned(at) ? planned : moved, found)
  return { check: 'History', ...(difference ?? { found: found.at(-1) ?? 'no migration' }) }
}

async function lookAtTables(at: At<'verify'>, { client }: TargetSession): Promise<Looked[]> {
  const { approved } = at.run.plan
  const { columns } = approved.runbook.verification
  const tables = await readTables(client, touchedBy(at))
  const before = factsOf(at.record, approved.routes.forward, 'before')
  return [
    ...(isAsPlanned(at) ? tablesAsPlanned(approved.schema, tables) : []),
    ...(at.with.as === 'after'
      ? columnsAsExpected(
          columns,
          await readTables(
            client,
            columns.map((column) => column.table),
          ),
        )
      : []),
    ...(at.with.as === 'before' && !isAsPlanned(at) && approved.prepared?.down
      ? takenBack(approved.prepared.down, tables)
      : []),
    ...(before ? await lookAtCounts(at, client, before.counts) : []),
    ...allValid(tables, approved.schema, validityAfter(movedBy(at))),
  ]
}

/** What was run since the plan was made, as far as it was not taken back. */
function movedBy(at: At<'verify'>): Prepared | null {
  const { prepared } = at.run.plan.approved
  if (!prepared || isAsPlanned(at)) return null
  return at.with.as === 'after' ? prepared.up : prepared.down
}

/** Rows are compared with those at the standstill. An application that ran since may have written some. */
async function lookAtCounts(at: At<'verify'>, client: pg.Client, before: TableCount[]): Promise<Looked[]> {
  const { approved } = at.run.plan
  const ranSince = approved.routes.forward.some(
    ({ id, kind }) => kind === 'start' && at.record.some((a) => a.step === id && a.outcome !== null),
  )
  if (ranSince) return [{ check: 'Rows', found: 'not compared: the application ran since they were counted' }]
  const now = await countRows(
    client,
    before.map(({ table }) => table),
  )
  const down = approved.routes.forward.find(
    (step) => step.kind === 'migrate' && step.with.direction === 'down',
  )
  const rows = down?.kind === 'migrate' ? (acceptedLoss(at.record, down) ?? 0) : 0
  const tables = approved.prepared?.down?.keeps.map((keep) => keep.table) ?? []
  return countsAsBefore(before, now, { tables, rows })
}

async function lookByTrying(at: At<'verify'>, session: TargetSession) {
  const { tryOut: wanted } = at.run.plan.approved.runbook.verification
  if (at.with.as !== 'after' || !wanted) return { problem: null, looked: [] }
  const problem = await tryOut(session, wanted)
  const check = `Try-out as ${wanted.as}`
  const looked: Looked = problem
    ? { check, expected: 'passes', found: `${problem.condition} (${problem.sqlstate})` }
    : { check, found: 'passed, rolled back' }
  return { problem, looked: [looked] }
}

const touchedBy = (at: At<'verify'>): string[] => {
  const { schema, prepared } = at.run.plan.approved
  return [...new Set([...schema.map((table) => table.name), ...(prepared?.up.touches ?? [])])]
}

/**
 * New columns have no statistics, and the first users would get plans made without any. Beside the other looks, in a
 * session of its own: it keeps nobody from reading or writing. What is known stays: to sample a large table takes long.
 */
const makeStatistics = (at: At<'verify'>): Promise<Outcome<Passed>> =>
  onTarget(
    at,
    async ({ client }) => {
      const tables = await unknownToPlanner(client, touchedBy(at))
      const unknown = tables.filter(({ all, columns }) => all || columns.length > 0)
      for (const table of unknown) await analyze(client, table)
      const found = `${unknown.length} analyzed, ${tables.length - unknown.length} up to date`
      return done([{ check: 'Statistics of tables', found }])
    },
    patient(at),
  )
