import type { Path } from '../yaml/places.ts'
import { secretRemedy } from '../yaml/read.ts'
import type { CrossFault } from './cross-fault.ts'
import { namesIn } from './placeholders.ts'

const secretKey = /passw|secret|token|(api|routing|integration|service)[-_]?key|authorization|credential/i

/** A secret that stands in a file; `instead`: what is written there in its place. */
export const secretFound = (path: Path, instead: string): CrossFault => [
  path,
  'holds a secret',
  secretRemedy(instead),
]

const isWritten = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && namesIn(value).length === 0

/** Words for secrets, at any depth, with a value that no name in braces fills. */
export function secretsIn(value: unknown, path: Path, instead: string): CrossFault[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key]
    return secretKey.test(key) && isWritten(inner)
      ? [secretFound(here, instead)]
      : secretsIn(inner, here, instead)
  })
}
