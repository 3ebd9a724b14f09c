/** Each field of a tree with its name, at whatever depth, from the top. Millions of them, where a file is data. */
export function walk(tree: unknown, seen: (name: string, value: unknown) => void): void {
  if (Array.isArray(tree)) for (const each of tree) walk(each, seen)
  else if (isTree(tree))
    for (const name in tree) {
      const value = tree[name]
      seen(name, value)
      if (isTree(value)) walk(value, seen)
    }
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
