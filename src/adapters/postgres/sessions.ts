import type pg from 'pg'
import type { Session, SessionMark } from '../../domain/session.ts'
import type { TargetSession } from './target.ts'

export async function listSessions(_client: pg.Client): Promise<Session[]> {
  throw new Error('not yet')
}

export type EndedAs = 'ended' | 'gone' | 'changed' | 'not-permitted' | 'still-there'

export async function endSession(_session: TargetSession, _mark: SessionMark): Promise<EndedAs> {
  throw new Error('not yet')
}

export async function canSeeSessions(_client: pg.Client): Promise<boolean> {
  throw new Error('not yet')
}
