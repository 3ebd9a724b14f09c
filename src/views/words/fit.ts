import type { Line, Part, View } from '../../domain/view.ts'
import { clipped } from './line.ts'
import { lineText } from './plain.ts'
import { say } from '../../domain/view.ts'

/** What one message of Slack holds in all, with room for what Slack counts otherwise than we do. */
const messageHolds = 9_000

const sizeOf = (part: Part): number => {
  switch (part.part) {
    case 'text':
    case 'note':
      return lineText(part.line).length
    case 'code':
      return part.text.length
    case 'list':
      return part.items.reduce((sum, item) => sum + lineText(item).length + 4, 0)
    case 'rows':
      return part.rows.reduce((sum, { line }) => sum + lineText(line).length + 10, 0)
  }
}

/**
 * A view that one message holds. The longest lists lose items from their end and say how many; single lines that are
 * far too long are cut. What is left out is never left out unseen, and what is kept stays whole.
 */
export function fitting(view: View): View {
  const cut = new Map<number, number>()
  const parts = [...view.parts]
  const over = () =>
    lineText(view.state).length + parts.reduce((sum, part) => sum + sizeOf(part) + 40, 0) - messageHolds
  const sizeAt = (i: number) => (parts[i] ? sizeOf(parts[i]) : -1)
  while (over() > 0) {
    const longest = parts.reduce(
      (best, part, i) => (!part.keep && sizeOf(part) > sizeAt(best) ? i : best),
      -1,
    )
    const part = parts[longest]
    if (!part) break
    const [shorter, lost] = shortened(part)
    if (sizeOf(shorter) >= sizeOf(part)) break
    parts[longest] = shorter
    cut.set(longest, (cut.get(longest) ?? 0) + lost)
  }
  return { ...view, parts: parts.map((part, i) => withMore(part, cut.get(i) ?? 0)) }
}

/** Half of a list, at least one item of it; half of a text. */
function shortened(part: Part): [Part, number] {
  const keep = (length: number) => Math.max(1, Math.floor(length / 2))
  switch (part.part) {
    case 'list': {
      if (part.items.length === 1) return [{ ...part, items: part.items.map(halved) }, 0]
      const kept = part.items.slice(0, keep(part.items.length))
      return [{ ...part, items: kept }, part.items.length - kept.length]
    }
    case 'rows': {
      if (part.rows.length === 1)
        return [{ ...part, rows: part.rows.map((row) => ({ ...row, line: halved(row.line) })) }, 0]
      const kept = part.rows.slice(0, keep(part.rows.length))
      return [{ ...part, rows: kept }, part.rows.length - kept.length]
    }
    case 'code':
      return [{ ...part, text: `${part.text.slice(0, keep(part.text.length))}…` }, 0]
    case 'text':
    case 'note':
      return [{ ...part, line: halved(part.line) }, 0]
  }
}

function halved(line: Line): Line {
  const text = lineText(line)
  return [clipped(text, Math.max(1, Math.floor(text.length / 2)))]
}

function withMore(part: Part, lost: number): Part {
  if (!lost) return part
  const more = say`and ${lost} more`
  if (part.part === 'list') return { ...part, items: [...part.items, more] }
  return part.part === 'rows' ? { ...part, rows: [...part.rows, { word: 'Note', line: more }] } : part
}
