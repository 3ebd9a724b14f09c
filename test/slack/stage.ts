import pg from 'pg'
import { storeDatabase } from '../databases.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

/** What a bot stands between: a Slack, and a store of its own. */
export interface Stage {
  workspace: Workspace
  store: pg.Pool
  close: () => Promise<void>
}

export async function openStage(): Promise<Stage> {
  const [workspace, database] = await Promise.all([openWorkspace(), storeDatabase()])
  const store = new pg.Pool({ connectionString: database.url, max: 4 })
  store.on('error', () => {})
  return {
    workspace,
    store,
    async close() {
      await workspace.close()
      await store.end()
      await database.drop()
    },
  }
}
