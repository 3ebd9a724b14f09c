import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../src/store/embedded.ts'
import { installSchema } from '../src/store/install.ts'

/** What every measurement stands on: one PostgreSQL server with its own settings, commits durable, and a folder. */
export interface Ground {
  folder: string
  /** Makes an empty database. The URL is a superuser's. */
  makeDatabase(name: string): Promise<string>
  /** Makes a database of the bot's own. */
  makeStore(name: string): Promise<string>
  close(): Promise<void>
}

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-bench-'))
  const server = await startEmbedded({ folder })
  const makeDatabase = async (name: string): Promise<string> => {
    const admin = new pg.Client(server.url('postgres'))
    await admin.connect()
    await admin.query(`create database ${name}`)
    await admin.end()
    return server.url(name)
  }
  return {
    folder,
    makeDatabase,
    async makeStore(name) {
      const url = await makeDatabase(name)
      const pool = new pg.Pool({ connectionString: url, max: 1 })
      await installSchema(pool)
      await pool.end()
      return url
    },
    async close() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
