import type { View } from '../domain/view.ts'

/** The name of a person, by their id of Slack; null: nobody tells. */
export type NameOf = (person: string) => Promise<string | null>

/** The names of all who are mentioned: outside of Slack nobody knows an id. */
export async function namesIn({ state, parts }: View, nameOf: NameOf): Promise<Map<string, string>> {
  const lines = [
    state,
    ...parts.flatMap((part) => {
      if ('line' in part) return [part.line]
      if ('items' in part) return part.items
      return 'rows' in part ? part.rows.map(({ line }) => line) : []
    }),
  ]
  const people = lines
    .flat()
    .flatMap((inline) => (typeof inline !== 'string' && 'person' in inline ? [inline.person] : []))
  const names = new Map<string, string>()
  for (const person of new Set(people)) {
    const name = await nameOf(person)
    if (name) names.set(person, name)
  }
  return names
}
