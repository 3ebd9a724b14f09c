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
  /** Refused for something that people change: an invitation, an archive, who may write where. */
  | { is: 'mendable'; error: string }
  /** Refused for how the message is built: the same text without blocks is taken. `says`: Slack's own words. */
  | { is: 'blocks'; error: string; says: string[] }
  | { is: 'refused'; error: string }

/** What answers is not Slack: a proxy, a captive portal. Nobody knows whether Slack was asked at all. */
export class NotSlack extends Error {}

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
  accesslimited: 'locked-out',
  team_access_not_granted: 'locked-out',
  not_in_channel: 'mendable',
  channel_not_found: 'mendable',
  is_archived: 'mendable',
  messages_tab_disabled: 'mendable',
  access_denied: 'mendable',
  no_permission: 'mendable',
  enterprise_is_restricted: 'mendable',
  posting_to_general_channel_denied: 'mendable',
  file_uploads_disabled: 'mendable',
  storage_limit_reached: 'mendable',
  invalid_blocks: 'blocks',
  invalid_blocks_format: 'blocks',
  msg_blocks_too_long: 'blocks',
  invalid_attachments: 'blocks',
  too_many_attachments: 'blocks',
  block_mismatch: 'blocks',
  invalid_metadata_format: 'blocks',
  invalid_metadata_schema: 'blocks',
  metadata_too_large: 'blocks',
  metadata_must_be_sent_from_app: 'blocks',
  msg_too_long: 'blocks',
  invalid_arguments: 'blocks',
}

/** Who may write where: `restricted_action_read_only_channel`, `restricted_action_thread_locked`, … */
const restricted = /^restricted_action/

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
  if (error instanceof WebAPIPlatformError) return faultOfAnswer(error.data)
  if (error instanceof WebAPIHTTPError) {
    if (isRefusal(error.body)) return faultOfAnswer(error.body)
    return { is: error.statusCode === 503 ? 'away' : 'lost', error: `status_${error.statusCode}` }
  }
  if (error instanceof WebAPIRequestError) {
    if (error.original instanceof NotSlack) return { is: 'lost', error: 'not_slack' }
    const code = errnoOf(error.original)
    return { is: unmade.has(code) ? 'away' : 'lost', error: code }
  }
  throw error
}

interface Refusal {
  ok: false
  error: string
  /** Of `missing_scope`: which one, as Slack writes it. */
  needed?: string
  response_metadata?: { messages?: string[] }
}

/** Slack's own no. */
const isRefusal = (body: unknown): body is Refusal =>
  typeof body === 'object' &&
  body !== null &&
  'ok' in body &&
  body.ok === false &&
  'error' in body &&
  typeof body.error === 'string'

function faultOfAnswer(answer: Omit<Refusal, 'ok'>): Fault {
  const { error: code, needed, response_metadata: more } = answer
  const is = restricted.test(code) ? 'mendable' : (byCode[code] ?? 'refused')
  const error = code === 'missing_scope' && needed ? `${code} ${needed}` : code
  if (is === 'busy') return { is, seconds: 30, error }
  return is === 'blocks' ? { is, error, says: more?.messages ?? [] } : { is, error }
}

/** The innermost code: fetch wraps what happened to the connection, and several addresses fail as one. */
function errnoOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'ETIMEDOUT'
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause
  const inner = first ? errnoOf(first) : 'unknown'
  return inner === 'unknown' ? ((error as NodeJS.ErrnoException).code ?? 'unknown') : inner
}
