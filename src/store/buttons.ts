import { createHash, randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Json } from '../domain/json.ts'
import type { Queryable } from './transaction.ts'

/** A command with its input, kept here under a nonce: what travels through Slack says nothing and can be invented by nobody. */
export interface Button {
  delivery: string
  command: string
  input: Json
  /** The only one who may use it; null: who may is decided when it is used. */
  person: string | null
  /** Of a form: the values behind its numbered options, by field. */
  options: Record<string, string[]> | null
}

export type NewButton = Pick<Button, 'delivery' | 'command' | 'input'> & Partial<Button>

/** The nonce of a button, the same one each time its message is drawn again. It expires `days` from now. */
export async function keepButton(tx: Queryable, button: NewButton, days: number): Promise<string> {
  const input = canonicalize(button.input) ?? 'null'
  const { rows } = await tx.query<{ nonce: string }>(
    `insert into lockkeeper.button (nonce, delivery, command, input, input_digest, person, options, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 day')
     on conflict (delivery, command, input_digest, coalesce(person, '')) do update set expires_at = excluded.expires_at
     returning nonce`,
    [
      randomBytes(18).toString('base64url'),
      button.delivery,
      button.command,
      input,
      createHash('sha256').update(input).digest('base64url'),
      button.person ?? null,
      button.options ? JSON.stringify(button.options) : null,
      days,
    ],
  )
  const nonce = rows[0]?.nonce
  if (!nonce) throw new Error('no button was kept')
  return nonce
}

type Row = Button & { used: boolean }

/**
 * What a button does, or why it does nothing: `old` (unknown, or expired), `not-yours`, `again` (the same person, within
 * two seconds: an impatient second tap). A button may be used often; what it does decides whether that has an effect.
 */
export async function pressButton(
  tx: Queryable,
  nonce: string,
  person: string,
): Promise<{ button: Button } | { no: 'old' } | { no: 'again' } | { no: 'not-yours'; owner: string }> {
  const { rows } = await tx.query<Row>(
    `with found as (select * from lockkeeper.button where nonce = $1 and expires_at > now() for update),
     pressed as (update lockkeeper.button set used_at = now(), used_by = $2 from found
       where button.nonce = found.nonce and coalesce(found.person, $2) = $2)
     select delivery, command, input, person, options,
       coalesce(used_by = $2 and used_at > now() - interval '2 seconds', false) as used from found`,
    [nonce, person],
  )
  const [found] = rows
  if (!found) return { no: 'old' }
  const { used, ...button } = found
  if (button.person !== null && button.person !== person) return { no: 'not-yours', owner: button.person }
  return used ? { no: 'again' } : { button }
}

/** What a button would do. It is not pressed by this; null: it is unknown, or expired. */
export async function buttonOf(tx: Queryable, nonce: string): Promise<Button | null> {
  const { rows } = await tx.query<Button>(
    `select delivery, command, input, person, options from lockkeeper.button where nonce = $1 and expires_at > now()`,
    [nonce],
  )
  return rows[0] ?? null
}

/** What a form does: once, and only for the one it was shown to. Null: it is old, used, or somebody else's. */
export async function useForm(tx: Queryable, nonce: string, person: string): Promise<Button | null> {
  const { rows } = await tx.query<Button>(
    `update lockkeeper.button set used_at = now(), used_by = $2
     where nonce = $1 and person = $2 and used_at is null and expires_at > now()
     returning delivery, command, input, person, options`,
    [nonce, person],
  )
  return rows[0] ?? null
}

/** Buttons that nobody can use any more. */
export async function forgetButtons(tx: Queryable): Promise<void> {
  await tx.query(`delete from lockkeeper.button where expires_at < now() - interval '30 days'`)
}
