import type pg from 'pg'
import type { Identity } from '../../domain/identity.ts'

export async function readIdentity(_client: pg.Client, _host: string): Promise<Identity> {
  throw new Error('not yet')
}

export function identityDifferences(a: Identity, b: Identity): string[] {
  return (Object.keys(a) as (keyof Identity)[]).filter((key) => a[key] !== b[key])
}
