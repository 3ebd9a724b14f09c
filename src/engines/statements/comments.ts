/** What PostgreSQL takes for a blank; of others it makes names. */
const blanks = new Set([' ', '\t', '\n', '\r', '\f', '\v'])

/** Where the first token of SQL from an index on begins, behind blanks and comments, as an index. */
export function pastComments(sql: string, from = 0): number {
  let at = from
  for (;;) {
    while (blanks.has(sql[at] ?? '')) at++
    if (sql.startsWith('--', at)) at = lineEnd(sql, at)
    else if (sql.startsWith('/*', at)) at = commentEnd(sql, at)
    else return at
  }
}

function lineEnd(sql: string, from: number): number {
  const ends = /[\n\r]/g
  ends.lastIndex = from
  return ends.exec(sql)?.index ?? sql.length
}

/** They may stand in one another. */
function commentEnd(sql: string, from: number): number {
  const edges = /\/\*|\*\//g
  edges.lastIndex = from
  for (let depth = 0, edge = edges.exec(sql); edge; edge = edges.exec(sql)) {
    depth += edge[0] === '/*' ? 1 : -1
    if (depth === 0) return edges.lastIndex
  }
  return sql.length
}

/** SQL without the blanks at its end. */
export function withoutBlanks(sql: string): string {
  let end = sql.length
  while (blanks.has(sql[end - 1] ?? '')) end--
  return sql.slice(0, end)
}

/** Whether SQL without blanks at its end may end in a comment: its last line holds a begin of one, or it ends as one does. */
export const mayEndInComment = (sql: string): boolean =>
  sql.endsWith('*/') || sql.slice(sql.lastIndexOf('\n') + 1).includes('--')
