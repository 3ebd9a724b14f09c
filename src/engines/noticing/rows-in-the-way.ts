import type pg from 'pg'
import type { Finding } from '../../domain/finding.ts'
import { type Prepared, statementsOf } from '../../domain/script.ts'
import { countDemands } from './count-demands.ts'
import { givingWay } from '../statements/give-way.ts'
import type { History } from '../history.ts'
import { readMarks } from '../parts.ts'
import { type Placed, trackRows } from '../statements/rows-known.ts'
import { parseInner } from '../statements/sql-parse.ts'
import { isDown } from '../unit-at.ts'

/**
 * Rows that are there now and do not fit what a way up makes: a constraint, a unique index, NOT NULL, a narrower type.
 * Where a statement before it writes what it is about, that may be what corrects them, and nothing is said; where it may
 * have changed them unseen, it is a warning. What stands inside of a DO block may never run, and is left out.
 */
export async function rowsInTheWay(
  client: pg.Client,
  history: History,
  prepared: Prepared,
): Promise<Finding[]> {
  if (isDown(prepared)) return []
  const findings: Finding[] = []
  const uncounted: string[] = []
  for (const { demand, statement, tables, isSure, isOnly } of await demandsNow(client, history, prepared)) {
    const counted = await countDemands(client, { demands: [demand] })
    uncounted.push(...counted.uncounted)
    for (const each of counted.violating) {
      const isRefused = isSure && !demand.cuts && !(await hasHeirs(client, tables, isOnly))
      const fate = demand.cuts ? 'cut' : isRefused ? 'refused' : 'unsure'
      findings.push({
        level: isRefused ? 'blocker' : 'warning',
        problem: { code: 'rows-in-the-way', ...each, statement, fate },
      })
    }
  }
  const what = [...new Set(uncounted)]
  if (what.length > 0) findings.push({ level: 'note', problem: { code: 'rows-uncounted', what } })
  return findings
}

async function demandsNow(client: pg.Client, history: History, { scripts }: Prepared): Promise<Placed[]> {
  const rows = trackRows(history.table, await notValid(client), await primaryKeys(client))
  const placed: Placed[] = []
  const giveWay = givingWay()
  for (const script of scripts) {
    // What an earlier try committed, the rows of now have been through.
    const { done } = await readMarks(client, script)
    for (const unit of script.units.filter((_, part) => !done.has(part)))
      for (const { text } of statementsOf(unit).filter(({ from }) => from === 'file')) {
        for (const node of parseInner(text)) placed.push(...rows.follow(node, text))
        await giveWay(text)
      }
  }
  return placed
}

/** The constraints that are there and not validated, as statements that would add them so. */
async function notValid(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(
    `select pg_catalog.format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', nspname, relname, conname,
                              pg_catalog.pg_get_constraintdef(k.oid)) as statement
     from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = conrelid
     join pg_catalog.pg_namespace n on n.oid = relnamespace where not convalidated`,
  )
  return rows.map(({ statement }) => statement)
}

async function primaryKeys(client: pg.Client): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `select pg_catalog.format('%I.%I', nspname, relname) as "table",
       array(select attname::text from pg_catalog.unnest(conkey) with ordinality as its (attnum, at)
             join pg_catalog.pg_attribute a on attrelid = conrelid and a.attnum = its.attnum order by at) as columns
     from pg_catalog.pg_constraint join pg_catalog.pg_class c on c.oid = conrelid
     join pg_catalog.pg_namespace n on n.oid = relnamespace where contype = 'p'`,
  )
  return new Map(rows.map(({ table, columns }) => [table, columns]))
}

/**
 * Whether other tables inherit from one of these: what holds for one does not for all. Their partitions are meant with
 * them, but where a statement says ONLY.
 */
async function hasHeirs(client: pg.Client, tables: string[], isOnly: boolean): Promise<boolean> {
  const { rows } = await client.query<{ heirs: boolean }>(
    `select exists (select from pg_catalog.unnest($1::text[]) as wanted(name)
       join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(wanted.name) and c.relkind = any($2)
       join pg_catalog.pg_inherits on inhparent = c.oid) as heirs`,
    [tables, isOnly ? ['r', 'p'] : ['r']],
  )
  return rows[0]!.heirs
}
