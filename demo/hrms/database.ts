import { readFile } from 'node:fs/promises'
import pg from 'pg'

/** How many rows of each kind. `audit` adds a wide table for size. */
export interface HrmsSize {
  tenants: number
  admins: number
  tokens: number
  audit: number
}

/** hrms_master as it was before AddSecurityEnhancements, in an empty database, with the roles of its application. */
export async function makeHrmsDatabase(url: string, size: HrmsSize): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(await sql('roles'))
    await client.query(await sql('base'))
    for (const [name, count] of Object.entries(size))
      await client.query('select set_config($1, $2, false)', [`hrms.${name}`, String(count)])
    await client.query(await sql('generate'))
    await client.query(await sql('grants'))
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

const sql = (name: string): Promise<string> =>
  readFile(new URL(`database/${name}.sql`, import.meta.url), 'utf8')
