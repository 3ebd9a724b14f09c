import type { Queryable } from './transaction.ts'

/** How Slack calls a person, for whoever is not in Slack. */
export async function recordName(tx: Queryable, person: string, name: string): Promise<void> {
  await tx.query(
    `insert into lockkeeper.person (id, name) values ($1, $2)
     on conflict (id) do update set name = excluded.name where person.name <> excluded.name`,
    [person, name],
  )
}

/** Names by Slack user id, as bots recorded them last. */
export async function recordedNames(tx: Queryable): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ id: string; name: string }>('select id, name from lockkeeper.person')
  return new Map(rows.map(({ id, name }) => [id, name]))
}
