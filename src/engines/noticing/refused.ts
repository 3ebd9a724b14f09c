import type { AlterTableCmd, Node } from 'libpg-query'
import type pg from 'pg'
import { type Procedures, trackProcedures } from './calls.ts'
import type { Finding } from '../../domain/finding.ts'
import { type Prepared, type Statement, statementsOf } from '../../domain/script.ts'
import { defaultUnconvertible, unconvertible } from './column-type.ts'
import { type Gone, isKeyNeeded, neededBy, noteGone, readersOf } from './dependents.ts'
import { commandIn } from '../statements/effects.ts'
import {
  addedValue,
  madeEnum,
  nameOfType,
  newEnumTakesValues,
  type NewValue,
  typesChanged,
} from './enum-value.ts'
import { usesValue } from './enum-use.ts'
import { unknownExtension } from './extensions.ts'
import { givingWay } from '../statements/give-way.ts'
import { type Names, trackNames } from '../statements/names.ts'
import { readMarks } from '../parts.ts'
import { trackMadeColumns } from './made-columns.ts'
import { isConcurrentOnPartitioned, isPartitionKey, leavesPartitionKey } from './partitioned.ts'
import { parseInner } from '../statements/sql-parse.ts'
import { droppedTables } from '../statements/tables.ts'
import { tableName, withInner } from '../statements/tree.ts'
import { typeText } from '../statements/weight.ts'

/** What was read so far, from the first statement of a move on. */
interface Reading {
  client: pg.Client
  names: Names
  gone: Gone
  /** Enums that the move makes. */
  enums: Set<string>
  /** Of this transaction: values that it adds, and enums that it makes, with whether they take more of them at once. */
  values: NewValue[]
  fresh: Set<string>
  takesAtOnce: boolean
  procedures: Procedures
  /** Columns whose default is another one than the catalogue has. */
  defaults: Set<string>
  /** Columns whose type is another one than the catalogue has, and types that it has otherwise. */
  changed: Set<string>
  made: ReturnType<typeof trackMadeColumns>
  /** Any type may become any other one. */
  makesCasts: boolean
}

/**
 * Statements that the server would refuse while users are out, as far as its catalogue says so now: an enum's new value
 * that is used in the transaction that adds it, or is there already; a type that does not convert; a column that views
 * read; an extension that is not there; a procedure that commits. What stands inside of a DO block may never run, and is left out.
 */
export async function refused(client: pg.Client, { scripts }: Prepared): Promise<Finding[]> {
  const gone = { keys: new Set<string>(), unknown: false }
  const [enums, changed] = [new Set<string>(), new Set<string>()]
  const reading: Reading = {
    client,
    names: trackNames(),
    gone,
    enums,
    values: [],
    fresh: new Set(),
    takesAtOnce: await newEnumTakesValues(client),
    procedures: trackProcedures(),
    defaults: new Set(),
    changed,
    made: trackMadeColumns(client, (type) => enums.has(type) || changed.has(type)),
    makesCasts: false,
  }
  const findings: Finding[] = []
  const giveWay = givingWay()
  for (const script of scripts) {
    // What an earlier try committed is not run again, and the catalogue has it.
    const { done } = await readMarks(client, script)
    for (const unit of script.units.filter((_, part) => !done.has(part))) {
      reading.values = []
      reading.fresh = new Set()
      for (const statement of statementsOf(unit).filter(({ from }) => from === 'file')) {
        for (const node of parseInner(statement.text))
          findings.push(...(await look(reading, node, statement)))
        await giveWay(statement.text)
      }
    }
  }
  return findings
}

async function look(reading: Reading, node: Node, { text }: Statement): Promise<Finding[]> {
  const { client, names, gone, enums, values, fresh } = reading
  const findings: Finding[] = []
  for (const { type, value } of values) {
    const uses = await usesValue(client, node, { type, value }, reading)
    const surely = uses === 'surely'
    if (uses !== null)
      findings.push(when(surely, { code: 'value-uncommitted', type, value, statement: text, surely }))
  }
  const called = await reading.procedures.calledBy(client, node)
  if (called && called.ends !== 'never') {
    const surely = called.ends === 'surely'
    findings.push(when(surely, { code: 'call-commits', procedure: called.name, statement: text, surely }))
  }
  reading.procedures.follow(node, text)
  const extension = await unknownExtension(client, node)
  if (extension !== null) findings.push(blocker({ code: 'extension-missing', extension }))
  // Before its own looks: a column that is dropped beside a change of type is gone by then.
  for (const each of withInner(node)) noteGone(gone, each, names)
  if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
    const now = tableName(node.AlterTableStmt.relation)
    const commands = (node.AlterTableStmt.cmds ?? []).flatMap(commandIn)
    // Wherever it stands, a default is dropped before a type is changed, and set after it.
    for (const command of commands) if (!command.def) noteDefault(reading, now, command)
    for (const command of commands) {
      if (await dropsKey(reading, now, command))
        findings.push(blocker({ code: 'statement-refused', statement: text, why: 'key-needed' }))
      findings.push(...(await lookAtColumn(reading, now, command, text)))
    }
    for (const command of commands) noteDefault(reading, now, command)
  }
  const unconverted = await reading.made.look(node)
  if (!reading.makesCasts)
    for (const each of unconverted)
      findings.push(blocker({ code: 'type-unconvertible', ...each, statement: text }))
  findings.push(...(await lookAtDropped(reading, node, text)))
  if (await isConcurrentOnPartitioned(client, node, names))
    findings.push(blocker({ code: 'statement-refused', statement: text, why: 'partitioned' }))
  if (await leavesPartitionKey(client, node, names))
    findings.push(blocker({ code: 'statement-refused', statement: text, why: 'partition-key-left' }))
  const add = await addedValue(client, node)
  if (add && !enums.has(add.added.type) && !reading.changed.has(add.added.type) && add.there === 'in-the-way')
    findings.push(blocker({ code: 'value-exists', ...add.added, statement: text }))
  if (add && !(reading.takesAtOnce && fresh.has(add.added.type)) && !add.there) values.push(add.added)
  for (const type of typesChanged(node)) {
    reading.changed.add(type)
    enums.delete(type)
  }
  if ('CreateCastStmt' in node) reading.makesCasts = true
  const made = madeEnum(node)
  if (made !== null) {
    enums.add(made)
    fresh.add(made)
  }
  names.follow(node)
  return findings
}

function noteDefault({ names, defaults }: Reading, now: string, { subtype, name = '' }: AlterTableCmd): void {
  if (subtype === 'AT_ColumnDefault') defaults.add(`${names.table(now)}.${names.column(now, name)}`)
}

async function lookAtDropped(
  { client, names, gone }: Reading,
  node: Node,
  statement: string,
): Promise<Finding[]> {
  if (!('DropStmt' in node) || node.DropStmt.behavior === 'DROP_CASCADE') return []
  const tables: string[] = []
  const by = new Set<string>()
  for (const dropped of droppedTables(node)) {
    const table = names.table(dropped)
    const needing = table === null ? [] : await neededBy(client, table, gone)
    if (needing.length > 0) tables.push(dropped)
    for (const one of needing) by.add(one)
  }
  return by.size === 0 ? [] : [when(!gone.unknown, { code: 'table-needed', tables, by: [...by], statement })]
}

/** Whether foreign keys refer to what a command drops. */
async function dropsKey(
  { client, names, gone }: Reading,
  now: string,
  { subtype, name = '', behavior }: AlterTableCmd,
): Promise<boolean> {
  const table = names.table(now)
  if (table === null || behavior === 'DROP_CASCADE' || gone.unknown) return false
  if (subtype === 'AT_DropConstraint') return isKeyNeeded(client, table, { constraint: name }, gone)
  const column = subtype === 'AT_DropColumn' ? names.column(now, name) : null
  return column !== null && isKeyNeeded(client, table, { column }, gone)
}

async function lookAtColumn(
  { client, names, gone, enums, defaults, changed, makesCasts }: Reading,
  now: string,
  { subtype, name = '', def, behavior }: AlterTableCmd,
  statement: string,
): Promise<Finding[]> {
  const table = names.table(now)
  if (table === null) return []
  const column = names.column(now, subtype === 'AT_AddColumn' ? columnIn(def) : name)
  if (column === null) return []
  const key = `${table}.${column}`
  const isType = subtype === 'AT_AlterColumnType'
  const isKnown = !changed.has(key)
  if (isType || subtype === 'AT_AddColumn' || subtype === 'AT_DropColumn') changed.add(key)
  if (!isKnown || !(isType || (subtype === 'AT_DropColumn' && behavior !== 'DROP_CASCADE'))) return []
  const findings: Finding[] = []
  const by = await readersOf(client, table, column, gone)
  if (by.length > 0)
    findings.push({
      level: gone.unknown ? 'warning' : 'blocker',
      problem: { code: 'column-read', table, column, by, statement },
    })
  if (await isPartitionKey(client, table, column))
    findings.push(blocker({ code: 'statement-refused', statement, why: 'partition-key' }))
  if (!isType || !def || !('ColumnDef' in def)) return findings
  const { typeName, raw_default: using } = def.ColumnDef
  const isMade = enums.has(nameOfType(typeName))
  const isUnknown = makesCasts || (changed.has(nameOfType(typeName)) && !isMade)
  const change = { column, becomes: isUnknown ? null : typeText(typeName) }
  const from = using ? null : await unconvertible(client, table, change, isMade)
  if (from !== null) findings.push(blocker({ code: 'type-unconvertible', table, column, from, statement }))
  else if (!defaults.has(key) && (await defaultUnconvertible(client, table, change, isMade)))
    findings.push(blocker({ code: 'statement-refused', statement, why: 'default-left' }))
  return findings
}

const columnIn = (def: Node | undefined): string =>
  def && 'ColumnDef' in def ? (def.ColumnDef.colname ?? '') : ''

const when = (surely: boolean, problem: Finding['problem']): Finding => ({
  level: surely ? 'blocker' : 'warning',
  problem,
})

const blocker = (problem: Finding['problem']): Finding => ({ level: 'blocker', problem })
