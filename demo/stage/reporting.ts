import pg from 'pg'

/** A reporting tool that forgets to end its transaction: what stands in the way of many a migration. */
export interface Reporting {
  isOpen(): boolean
  open(): Promise<void>
  close(): Promise<void>
}

/** `url`: of hrms_master, as role hrms_reporting. */
export function makeReporting(url: string, changed: () => void): Reporting {
  let session: pg.Client | null = null
  const gone = () => {
    session = null
    changed()
  }
  return {
    isOpen: () => session !== null,
    async open() {
      if (session) return
      const client = new pg.Client({ connectionString: url, application_name: 'Metabase' })
      client.on('error', gone)
      await client.connect()
      await client.query('begin')
      await client.query('select count(*) from master."RefreshTokens"')
      session = client
      changed()
    },
    async close() {
      const client = session
      if (!client) return
      await client.end().catch(() => {}) // somebody else has ended it already
      gone()
    },
  }
}
