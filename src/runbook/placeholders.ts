/** A name in braces inside a runbook's text: an environment variable in capitals, or a value that a request kept. */
export const isVariable = (name: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(name)

/** The names in braces of every string of a JSON value, in order, each once. */
export function namesIn(value: unknown): string[] {
  if (typeof value === 'string')
    return [...new Set([...value.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))]
  if (typeof value !== 'object' || value === null) return []
  return [...new Set(Object.values(value).flatMap(namesIn))]
}
