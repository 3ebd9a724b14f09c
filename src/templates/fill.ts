import type { Inline, Line, Part } from '../domain/view.ts'
import { rendered, type Words } from './liquid.ts'
import { lineFrom, markOf, partsFrom } from './marks.ts'

/** What stands for a variable: words, or a node that each renderer draws for its readers, e.g. a time. */
export type Value = Words | Exclude<Inline, string>

export type Values = Readonly<Record<string, Value>>

/** A template as one line. Null: it cannot be rendered. */
export function filledLine(template: string, values: Values): Line | null {
  const { words, nodes } = apart(values)
  const text = rendered(template, words)
  return text === null ? null : lineFrom(text.replace(/\s+/g, ' ').trim(), nodes)
}

/** A template as paragraphs and lists. Null: it cannot be rendered. */
export function filledParts(template: string, values: Values): Part[] | null {
  const { words, nodes } = apart(values)
  const text = rendered(template, words)
  return text === null ? null : partsFrom(text, nodes)
}

/** Nodes give way to marks, by which they are found again in what was rendered. */
function apart(values: Values): { words: Record<string, Words>; nodes: Inline[] } {
  const nodes: Inline[] = []
  const words = Object.entries(values).map(([name, value]): [string, Words] => {
    if (value === null || typeof value === 'string' || isList(value)) return [name, value]
    return [name, markOf(nodes.push(value) - 1)]
  })
  return { words: Object.fromEntries(words), nodes }
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value)
