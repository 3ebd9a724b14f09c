import type { Inline, Line, Part } from '../domain/view.ts'

// A template is rendered to text; what is no text, e.g. a time that each reader sees in their zone, stands in it as its
// number between two characters that Unicode keeps for private use.
const [opens, closes] = ['\uE000', '\uE001']

/** What stands in a text for a node, by the node's number. */
export const markOf = (place: number): string => `${opens}${place}${closes}`

const pieces = /(\uE000\d+\uE001|\*\*|<@[UW][A-Z0-9]{2,}>|<#[CG][A-Z0-9]{2,}>)/

/** One line with its nodes back: `**…**` is bold, `<@U…>` a person and `<#C…>` a channel, as Slack copies them. */
export function lineFrom(text: string, nodes: readonly Inline[]): Line {
  const found = text.split(pieces).filter(Boolean)
  const last = found.filter((piece) => piece === '**').length % 2 ? found.lastIndexOf('**') : -1
  let bold = false
  return found.flatMap((piece, i): Line => {
    if (piece === '**' && i !== last) {
      bold = !bold
      return []
    }
    const node = nodeOf(piece, nodes)
    if (node !== null) return [node]
    return [bold ? { bold: piece } : piece]
  })
}

function nodeOf(piece: string, nodes: readonly Inline[]): Inline | null {
  if (piece.startsWith(opens)) return nodes[Number(piece.slice(1, -1))] ?? null
  const [, kind, id] = /^<([@#])([A-Z0-9]+)>$/.exec(piece) ?? []
  if (!id) return null
  return kind === '@' ? { person: id } : { channel: id }
}

const item = /^\s*[-*•]\s+/

/** A text in parts: an empty line ends a paragraph, lines that begin with `- ` are a list, as a loop writes them too. */
export function partsFrom(text: string, nodes: readonly Inline[]): Part[] {
  const parts: Part[] = []
  let isApart = false
  for (const written of text.split('\n').map((line) => line.trim())) {
    const last = parts.at(-1)
    if (item.test(written)) {
      const line = lineFrom(written.replace(item, ''), nodes)
      if (last?.part === 'list') last.items.push(line)
      else parts.push({ part: 'list', numbered: false, items: [line] })
    } else if (written) {
      const line = lineFrom(written, nodes)
      if (last?.part === 'text' && !isApart) last.line = [...last.line, '\n', ...line]
      else parts.push({ part: 'text', line })
    }
    isApart = !written
  }
  return parts
}
