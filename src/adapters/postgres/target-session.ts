import type pg from 'pg'
import type { Identity } from '../../domain/identity.ts'
import type { SessionSettings } from './session-settings.ts'

/** A direct connection to the target, its identity asserted before anything else was said. */
export interface TargetSession {
  client: pg.Client
  pid: number
  backendStart: string
  identity: Identity
  serverVersion: string
  /** Settles when the connection is gone without `end` having been called. */
  lost: Promise<{ code: string }>
  end: () => Promise<void>
}

export interface ConnectOptions {
  database?: string
  settings?: SessionSettings
  /** The session is asked every few seconds; one that no longer answers is `lost`. */
  heartbeat?: boolean
}
