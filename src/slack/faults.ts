import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'

/** Why a call of Slack's Web API did not do what it should. `error` is Slack's code, an errno code or a status. */
export type Fault =
  /** Too many of this kind; `seconds` as Slack says. */
  | { is: 'busy'; seconds: number; error: string }
  /** Nothing was sent, or nothing was done with it. */
  | { is: 'away'; error: string }
  /** Sent, and no answer came that tells what became of it. */
  | { is: 'lost'; error: string }
  /** This server knows no such method, or our token was not given its scope. */
  | { is: 'lacks'; error: string }
  /** It takes no call of ours at all: somebody has to look at the token. */
  | { is: 'locked-out'; error: string }
  | { is: 'refused'; error: string }

const byCode: Record<string, Exclude<Fault['is'], 'refused'>> = {
  ratelimited: 'busy',
  rate_limited: 'busy',
  message_limit_exceeded: 'busy',
  service_unavailable: 'away',
  request_timeout: 'away',
  team_added_to_org: 'away',
  // "It's possible some aspect of the operation succeeded before the error was raised."
  internal_error: 'lost',
  fatal_error: 'lost',
  unknown_method: 'lacks',
  method_deprecated: 'lacks',
  plan_upgrade_required: 'lacks',
  missing_scope: 'lacks',
  not_allowed_token_type: 'lacks',
  invalid_auth: 'locked-out',
  not_authed: 'locked-out',
  token_revoked: 'locked-out',
  token_expired: 'locked-out',
  account_inactive: 'locked-out',
  org_login_required: 'locked-out',
  ekm_access_denied: 'locked-out',
}

/** Codes of a connection that was never made: nothing can have arrived. */
const unmade = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Classifies by codes alone. An error that is not Slack's is a bug, and thrown on. */
export function faultOf(error: unknown): Fault {
  if (error instanceof WebAPIRateLimitedError)
    return { is: 'busy', seconds: error.retryAfter, error: 'ratelimited' }
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error
    const is = byCode[code] ?? 'refused'
    return is === 'busy' ? { is, seconds: 30, error: code } : { is, error: code }
  }
  if (error instanceof WebAPIHTTPError) {
    const code = `status_${error.statusCode}`
    if (error.statusCode === 404) return { is: 'lacks', error: code }
    return { is: error.statusCode === 503 ? 'away' : 'lost', error: code }
  }
  if (error instanceof WebAPIRequestError) {
    const code = errnoOf(error.original)
    return { is: unmade.has(code) ? 'away' : 'lost', error: code }
  }
  throw error
}

/** The innermost code: fetch wraps what happened to the connection, and several addresses fail as one. */
function errnoOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'ETIMEDOUT'
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause
  const inner = first ? errnoOf(first) : 'unknown'
  return inner === 'unknown' ? ((error as NodeJS.ErrnoException).code ?? 'unknown') : inner
}
