import { expect } from 'vitest'
import pg from 'pg'
import { onServer, type TestDatabase } from '../databases.ts'

/** The ACL of a database as the catalogue has it. */
export const aclOf = (database: string): Promise<string[] | null> =>
  onServer(async (admin) => {
    const { rows } = await admin.query('select datacl::text[] as acl from pg_database where datname = $1', [
      database,
    ])
    return rows[0].acl
  })

/** Whether a role of the example gets in. */
export async function enters(database: TestDatabase, role: string): Promise<boolean> {
  const client = new pg.Client(database.as(role, role))
  try {
    await client.connect()
    return true
  } catch (error) {
    expect((error as { code?: string }).code).toBe('42501')
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
