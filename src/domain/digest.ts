import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Approved } from './plan.ts'

/**
 * SHA-256, in hexadecimal, over what people approve as canonical JSON (RFC 8785): the same on any machine and after any
 * store, whatever the order of its keys.
 */
export const digestOf = (approved: Approved): string => sha256OfJson(approved)

/** Of any JSON value; properties that are undefined do not count. */
export function sha256OfJson(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex')
}
