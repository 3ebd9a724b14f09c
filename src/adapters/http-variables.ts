import type { Json } from '../domain/json.ts'

/** The value of `{NAME}` (of the environment) or `{name}` (kept from an earlier answer). */
export type Variables = (name: string) => string | undefined

/** The same with each `{NAME}` in its strings replaced, or the first one that has no value. */
export function fill<T extends Json>(template: T, variables: Variables): { filled: T } | { missing: string } {
  const missing: string[] = []
  const value = (name: string, encode: (text: string) => string) => {
    const found = variables(name)
    if (found === undefined) missing.push(name)
    return encode(found ?? '')
  }
  const filled = within(template, value) as T
  return missing[0] === undefined ? { filled } : { missing: missing[0] }
}

type Value = (name: string, encode: (text: string) => string) => string

const placeholder = /\{([A-Za-z_]\w*)\}/g

function within(template: Json, value: Value): Json {
  if (typeof template === 'string') return inText(template, value)
  if (Array.isArray(template)) return template.map((part: Json) => within(part, value))
  if (typeof template !== 'object' || template === null) return template
  return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, within(part, value)]))
}

/** After the authority of a URL a value is one part of a path or query, whatever signs it holds. */
function inText(text: string, value: Value): string {
  const authority = /^https?:\/\/[^/?#]*/.exec(text)?.[0]
  const plain = (part: string) => part.replace(placeholder, (_, name: string) => value(name, String))
  if (authority === undefined) return plain(text)
  const rest = text.slice(authority.length)
  return plain(authority) + rest.replace(placeholder, (_, name: string) => value(name, encodeURIComponent))
}
