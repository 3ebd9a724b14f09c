import type { NodemailerError } from 'nodemailer'
import type { Outage, Posted } from '../domain/letter.ts'

/** A letter that did not go out, or may not have. */
export type Fault = Exclude<Posted, { sent: unknown }>

/** Of a server whose name or issuer we cannot verify: nothing is sent there. */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** 421: it ends the session. 530, 534, 535, 538: who we are is asked, or not believed (RFC 4954). */
const ofOurs: Record<number, Outage> = {
  421: 'away',
  530: 'locked-out',
  534: 'locked-out',
  535: 'locked-out',
  538: 'not-encrypted',
}

/**
 * Classifies by codes alone. A refusal counts for a letter where the server speaks of its recipient or of the letter
 * itself, otherwise for all of them. `handedOver`: all of the letter was sent, so that only an answer tells what became
 * of it.
 */
export function faultOf(error: NodemailerError, handedOver: boolean): Fault {
  const { code, originalCode, command, responseCode, response } = error
  const why = codesOf(response) ?? originalCode ?? code ?? 'unknown'
  const says = response ? firstLine(response) : ''
  const all = (because: Outage): Fault => ({ later: 'all', because, why, says })
  if (responseCode) {
    const isPermanent = responseCode >= 500
    if (code === 'EAUTH') return all(isPermanent ? 'locked-out' : 'away')
    if (code === 'ETLS') return all('not-encrypted')
    const because = ofOurs[responseCode]
    if (because) return all(because)
    if (command === 'RCPT TO' || command === 'DATA')
      return isPermanent ? { refused: why, says } : { later: 'this', why, says }
    return all(isPermanent && command === 'MAIL FROM' ? 'locked-out' : 'away')
  }
  if (handedOver) return { unsure: true, why }
  if (code === 'EAUTH') return all('locked-out')
  if (code === 'ETLS' || untrusted.has(why)) return all('not-encrypted')
  // Ours: it never reached the server.
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return { refused: code, says }
  return all('away')
}

/** `550 5.1.1`: the reply code, and the enhanced one where there is one (RFC 3463). */
function codesOf(response: string | undefined): string | null {
  const [, code, enhanced] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3}))?/.exec(response ?? '') ?? []
  return code ? [code, enhanced].filter(Boolean).join(' ') : null
}

const firstLine = (response: string): string => response.split(/\r?\n/, 1).join('').slice(0, 100)
