import type pg from 'pg'
import type { AccessRules } from '../src/domain/access-rules.ts'
import type { Caller } from '../src/domain/person.ts'
import { recordRules } from '../src/store/access-rules.ts'

/** Somebody in a terminal whom the rules in force know: as a bot recorded them that started on this store. */
export async function typist(
  pool: pg.Pool,
  person: string,
  { roles, readers }: Pick<AccessRules, 'roles' | 'readers'> = { roles: {}, readers: [] },
): Promise<Caller> {
  const account = { user: person.toLowerCase(), uid: 5000, host: 'db-1', login: null }
  const client = await pool.connect()
  try {
    const terminal = { [account.user]: person }
    await recordRules(
      client,
      { roles, readers, terminal, slack: null },
      { host: 'bot-1', user: 'lockkeeper', file: '/etc/lockkeeper.yml' },
    )
  } finally {
    client.release()
  }
  return { person, via: 'terminal', account }
}
