import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Release } from './release.ts'

/** What a signed-in administrator holds. */
export interface Tokens {
  token: string
  refreshToken: string
}

/** Whether this release finds the tables and columns that it needs. False also when the database cannot be reached. */
export async function fits(pool: pg.Pool, release: Release): Promise<boolean> {
  const needs =
    release === 'after' ? '"EmployeeId", "LastActivityAt", "SessionTimeoutMinutes"' : '"AdminUserId"'
  try {
    await pool.query(`select ${needs} from master."RefreshTokens" limit 1`)
    await pool.query('select 1 from master."AdminUsers" limit 1')
    return true
  } catch {
    return false
  }
}

/** Signs an administrator in, by e-mail address. Null where there is none. */
export async function login(pool: pg.Pool, release: Release, email: string): Promise<Tokens | null> {
  const { rows } = await pool.query<{ id: string }>(
    'update master."AdminUsers" set "LastLoginDate" = now() where "Email" = $1 and "IsActive" and not "IsDeleted" returning "Id" as id',
    [email],
  )
  const admin = rows[0]
  return admin ? issue(pool, release, admin.id) : null
}

/** A new refresh token for an old one, which cannot be used again. Null where it is unknown, used or expired. */
export async function refresh(pool: pg.Pool, release: Release, refreshToken: string): Promise<Tokens | null> {
  const { rows } = await pool.query<{ admin: string }>(
    `update master."RefreshTokens" set "RevokedAt" = now(), "ReasonRevoked" = 'Replaced by new token'
     where "Token" = $1 and "RevokedAt" is null and "ExpiresAt" > now() returning "AdminUserId" as admin`,
    [refreshToken],
  )
  const used = rows[0]
  return used ? issue(pool, release, used.admin) : null
}

/**
 * The session of a token. Before the migration the timeout is the administrator's; after it each token has its own,
 * and remembers when it was last used.
 */
export async function openSession(
  pool: pg.Pool,
  release: Release,
  token: string,
): Promise<{ sessionTimeoutMinutes: number; employee: boolean } | null> {
  const { rows } =
    release === 'after'
      ? await pool.query<{ minutes: number; employee: string | null }>(
          `update master."RefreshTokens" set "LastActivityAt" = now()
           where "Token" = $1 returning "SessionTimeoutMinutes" as minutes, "EmployeeId" as employee`,
          [token],
        )
      : await pool.query<{ minutes: number; employee: string | null }>(
          `select admin."SessionTimeoutMinutes" as minutes, null as employee
           from master."RefreshTokens" token join master."AdminUsers" admin on admin."Id" = token."AdminUserId" where token."Token" = $1`,
          [token],
        )
  const session = rows[0]
  return session ? { sessionTimeoutMinutes: session.minutes, employee: session.employee !== null } : null
}

/** The feature that the migration brings. */
export async function requestPasswordReset(pool: pg.Pool, email: string): Promise<void> {
  await pool.query(
    `update master."AdminUsers" set "PasswordResetToken" = $2, "PasswordResetTokenExpiry" = now() + interval '1 hour' where "Email" = $1`,
    [email, randomUUID()],
  )
}

/** A session of an employee: what the old schema has no place for, because `AdminUserId` is NULL. */
export async function signInEmployee(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into master."RefreshTokens" ("Id", "AdminUserId", "EmployeeId", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp", "SessionTimeoutMinutes", "LastActivityAt")
     values ($1, null, $2, $3, now() + interval '8 hours', now(), '10.0.7.20', 30, now())`,
    [randomUUID(), randomUUID(), `employee-${randomUUID()}`],
  )
}

/** The refresh token serves as bearer token too: the demo has no second secret to sign one with. */
async function issue(pool: pg.Pool, release: Release, admin: string): Promise<Tokens> {
  const token = `session-${randomUUID()}`
  const [columns, values] =
    release === 'after' ? [', "SessionTimeoutMinutes", "LastActivityAt"', ', 15, now()'] : ['', '']
  await pool.query(
    `insert into master."RefreshTokens" ("Id", "AdminUserId", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp"${columns})
     values ($1, $2, $3, now() + interval '7 days', now(), '10.0.0.12'${values})`,
    [randomUUID(), admin, token],
  )
  return { token, refreshToken: token }
}
