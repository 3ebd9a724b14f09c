import { isMap, isSeq, visit, type Document, type Node, type Pair, type YAMLMap } from 'yaml'

export type Path = readonly (string | number)[]

/** Of each map its pairs by key, and of each node its place among its siblings: a file may have very many of them. */
const pairsByKey = new WeakMap<object, Map<string, Pair<Node, Node | null>>>()
const placesByNode = new WeakMap<object, number>()

function pairOf(node: unknown, key: string | number): Pair<Node, Node | null> | undefined {
  if (!isMap<Node, Node | null>(node)) return undefined
  const known = pairsByKey.get(node) ?? new Map(node.items.map((pair) => [String(pair.key), pair]))
  pairsByKey.set(node, known)
  return known.get(String(key))
}

function placeIn(items: readonly unknown[], node: object): number {
  if (!placesByNode.has(node))
    items.forEach((item, at) => typeof item === 'object' && item !== null && placesByNode.set(item, at))
  return placesByNode.get(node) ?? -1
}

/** Where a key begins; a list's item where it begins itself; what is missing, where its parent does. */
export function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = 0
  for (const part of path) {
    const pair = pairOf(node, part)
    const next = pair ?? (isSeq(node) ? node.items[Number(part)] : undefined)
    if (!next) return offset
    offset = startOf(pair ? pair.key : next) ?? offset
    node = pair ? pair.value : next
  }
  return offset
}

export const startOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0]

/** The path to a node from its ancestors, outermost first. */
export function pathOf(ancestors: readonly unknown[], node: unknown): Path {
  const chain = [...ancestors, node]
  return chain.flatMap((part, i): Path => {
    const inner = chain[i + 1] as Node | Pair<Node> | undefined
    if (isSeq(part) && inner) return [placeIn(part.items, inner)]
    return isMap(part) && inner && i + 2 < chain.length ? [String((inner as Pair<Node>).key)] : []
  })
}

/** The keys that stand in their map a second time, with their paths. The parser's own look takes the square of their number. */
export function keysTwice(document: Document): { key: Node; path: Path }[] {
  const found: { key: Node; path: Path }[] = []
  visit(document, {
    Map(_, map, ancestors) {
      const seen = new Set<string>()
      for (const { key } of (map as YAMLMap<Node>).items) {
        const name = String(key)
        if (seen.has(name)) found.push({ key, path: [...pathOf(ancestors, map), name] })
        seen.add(name)
      }
    },
  })
  return found
}
