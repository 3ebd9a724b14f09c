/**
 * Which database this is, as the server itself tells it. A promoted copy has the same system identifier and
 * database OID, so timeline and host are part of it.
 */
export interface Identity {
  /** `pg_control_system().system_identifier`, as text: it does not fit a double. */
  systemIdentifier: string
  timeline: number
  databaseOid: number
  database: string
  /** Host and port as we reached it, e.g. `db-prod-1:5432`. */
  host: string
}

/** One string a database: what a run holds exclusively, whatever runbook names it. */
export const targetKey = (identity: Identity): string =>
  `${identity.systemIdentifier}/${identity.databaseOid}`
