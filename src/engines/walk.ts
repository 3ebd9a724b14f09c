/** Each field of a tree with its name, at whatever depth, from the top. */
export function walk(tree: unknown, seen: (name: string, value: unknown) => void): void {
  if (Array.isArray(tree)) {
    for (const each of tree) walk(each, seen)
  } else if (tree !== null && typeof tree === 'object') {
    for (const [name, value] of Object.entries(tree)) {
      seen(name, value)
      walk(value, seen)
    }
  }
}
