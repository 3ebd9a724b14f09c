import type { HttpRequest } from '../domain/runbook.ts'
import type { Json } from '../domain/json.ts'

type Wanted = HttpRequest['expect']['json'][string]

/** The value at a path such as `user.roles.0.name`, or undefined. Only what the answer itself holds is found. */
export function valueAt(body: Json, path: string): Json | undefined {
  let value: Json | undefined = body
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, Json>)[key]
  }
  return value
}

/** Null when it is as wanted. Otherwise in words that give away nothing of the answer but its kind. */
export function unlike(
  path: string,
  wanted: Wanted,
  seen: Json | undefined,
): { expected: string; saw: string } | null {
  if (typeof wanted !== 'object' || wanted === null) {
    if (seen === wanted) return null
    const saw = typeof seen === typeof wanted ? `another ${typeof wanted}` : kindOf(seen)
    return { expected: `${path}: ${JSON.stringify(wanted)}`, saw }
  }
  const fits = {
    string: typeof seen === 'string',
    number: typeof seen === 'number',
    boolean: typeof seen === 'boolean',
    present: seen !== undefined && seen !== null,
    absent: seen === undefined || seen === null,
  }[wanted.is]
  const expected =
    { present: 'something', absent: 'nothing' }[wanted.is as 'present' | 'absent'] ?? `a ${wanted.is}`
  return fits ? null : { expected: `${path}: ${expected}`, saw: kindOf(seen) }
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
