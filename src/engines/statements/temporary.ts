import type { Node } from 'libpg-query'
import { droppedTables } from './tables.ts'
import { listedName, nodesOf, tableName, withInner } from './tree.ts'

/**
 * Temporary tables of a file whose parts have a session each: they end with the part that made them, and their names mean
 * another table after it, or none. Ask of each statement in their order whether it names one that has ended.
 */
export function trackTemporary(): {
  /** The parts of the file that committed before: their tables are gone. */
  nextPart(): void
  namesGone(node: Node): boolean
} {
  const gone = new Set<string>()
  let here = new Map<string, 'kept' | 'dropped at commit'>()
  return {
    nextPart() {
      for (const [name, until] of here) if (until === 'kept') gone.add(name)
      here = new Map()
    },
    namesGone(node) {
      const isGone = namedBy(node).some((name) => gone.has(name) && !here.has(name))
      for (const each of withInner(node)) {
        for (const dropped of droppedTables(each)) here.delete(dropped)
        const until = dropsAtCommit(each) ? 'dropped at commit' : 'kept'
        for (const made of madeBy(each)) here.set(made, until)
      }
      return isGone
    },
  }
}

/** As a name without a schema is read elsewhere, whatever the schema of temporary tables is called. */
const plainName = (relname: string): string => tableName({ relname })

const madeBy = (node: Node): string[] =>
  nodesOf([node], 'RangeVar').flatMap(({ relpersistence, relname = '' }) =>
    relpersistence === 't' ? [plainName(relname)] : [],
  )

function dropsAtCommit(node: Node): boolean {
  const into = nodesOf([node], 'CreateTableAsStmt').map((one) => one.into)
  const on = 'CreateStmt' in node ? node.CreateStmt.oncommit : into[0]?.onCommit
  return on === 'ONCOMMIT_DROP'
}

/** Names without a schema that stand for a table. */
const namedBy = (node: Node): string[] =>
  withInner(node).flatMap((each) => {
    const ctes = new Set(nodesOf(each, 'CommonTableExpr').map(({ ctename }) => ctename))
    const named = nodesOf([each], 'RangeVar')
      .filter(({ schemaname, relpersistence }) => schemaname === undefined && relpersistence !== 't')
      .filter(({ relname }) => !ctes.has(relname))
      .map(({ relname = '' }) => plainName(relname))
    const dropped =
      'DropStmt' in each
        ? (each.DropStmt.objects ?? []).filter(
            (one) => 'List' in one && one.List.items?.length === 1 && droppedTables(each).length > 0,
          )
        : []
    return [...named, ...dropped.map(listedName)]
  })
