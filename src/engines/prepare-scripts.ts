import { sha256OfJson } from '../domain/digest.ts'
import { ok, type Result } from '../domain/result.ts'
import type { Move, Prepared, Program, Script, Source } from '../domain/script.ts'
import type { Finding } from '../domain/finding.ts'
import { demandsOf } from './statements/demands.ts'
import { dropsTypes, effectsOf } from './statements/effects.ts'
import { givingWay } from './statements/give-way.ts'
import type { History } from './history.ts'
import { keepsOf } from './keeps.ts'
import type { ParsedFile } from './statements/sql-file.ts'
import { tablesOf } from './statements/tables.ts'
import { renamedInto } from './statements/renamed-into.ts'
import { type Direction, unitsOf } from './units.ts'

/** The script of one migration, as it was read or generated. */
export interface Read {
  migration: string
  parsed: ParsedFile
}

export interface ToPrepare {
  move: Move
  direction: Direction
  /** In the order in which they run. */
  read: Read[]
  /** The ways up of the same migrations, oldest first: what a way down loses is what they gave. */
  ups: Read[]
  history: History
  /** The role that the statements run as; without it, the one that connects. */
  owner?: string | undefined
  program?: Program | null
  idempotent?: string | null
  source?: Source | null
  noticed?: Finding[]
}

/** Scripts with everything that is added to them, and what they do to existing rows. Fails with `statement-unfit`. */
export async function prepareScripts(made: ToPrepare): Promise<Result<Prepared>> {
  const { direction, read, history, owner } = made
  const scripts: Script[] = []
  for (const { migration, parsed } of read) {
    const units = await unitsOf(parsed, { history, owner, migration, direction })
    if (!units.ok) return units
    scripts.push({ migration, file: parsed.file, sql: parsed.sql, sha256: parsed.sha256, units: units.value })
  }
  return ok(await digested(made, scripts))
}

async function digested(made: ToPrepare, scripts: Script[]): Promise<Prepared> {
  const { move, direction, read, ups, history, program = null } = made
  const statements = nodesIn(read)
  const { adds, drops, restores, after } = effectsOf(statements)
  const given = effectsOf(nodesIn(ups)).gave
  const gaveTo = (table: string, column: string | null) =>
    given.find((one) => one.table === table && one.column === column)?.gives ?? 'unknown'
  const lost = drops.map((drop) => ({ ...drop, gave: gaveTo(drop.table, drop.column) }))
  const isDown = direction === 'down'
  const taken = renamedInto(isDown ? statements : [])
  const isTaken = ({ table, column }: { table: string; column: string | null }): boolean =>
    column !== null && taken.has(`${table}.${column}`)
  const line = read[0]?.parsed.statements[0]?.line ?? 1
  const content = {
    kind: 'scripts' as const,
    move,
    scripts,
    touches: (await tablesIn(read)).filter((table) => table !== history.table).toSorted(),
    adds,
    drops: lost,
    restores: isDown ? restores : [],
    ...(isDown && { after: { ...after, gone: after.gone.filter((one) => !isTaken(one)) } }),
    ...(isDown && { demands: demandsOf(textsIn(read), history.table) }),
    keeps: isDown ? keepsOf({ drops: lost, restores }, line, dropsTypes(statements)) : [],
    program,
  }
  return {
    ...content,
    idempotent: made.idempotent ?? null,
    source: made.source ?? null,
    noticed: made.noticed ?? [],
    sha256: sha256OfJson(content),
  }
}

async function tablesIn(read: Read[]): Promise<string[]> {
  const giveWay = givingWay()
  const tables = new Set<string>()
  for (const { text, node } of read.flatMap(({ parsed }) => parsed.statements)) {
    for (const table of tablesOf(node)) tables.add(table)
    await giveWay(text)
  }
  return [...tables]
}

const textsIn = (read: Read[]) => read.flatMap(({ parsed }) => parsed.statements.map(({ text }) => text))

const nodesIn = (read: Read[]) => read.flatMap(({ parsed }) => parsed.statements.map(({ node }) => node))
