import pg from 'pg'
import type { TestDatabase } from '../databases.ts'

/** A client of a role of the example, as another program would hold it. */
export interface WaitingClient {
  client: pg.Client
  pid: number
  /** Settles when the server ended it, or we did. */
  ended: Promise<void>
  /** Ends it and waits until the server has forgotten it. */
  end(): Promise<void>
}

/** Connects, says something, and stays. */
export async function waitingClient(
  database: TestDatabase,
  role: string,
  ...statements: string[]
): Promise<WaitingClient> {
  const client = new pg.Client(database.as(role, role))
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  client.on('error', () => {})
  await client.connect()
  for (const statement of statements) await client.query(statement)
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return { client, pid: rows[0]!.pid, ended, end: () => client.end() }
}
