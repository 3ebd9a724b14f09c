import { isIP } from 'node:net'

/** How Slack is reached, and how it reaches us: from the environment. */
export interface SlackConfig {
  botToken: string
  /** How Slack reaches us. */
  mode: { socket: { appToken: string } } | { http: HttpMode }
  /** Another server that speaks Slack's protocol; null: Slack. */
  apiUrl: string | null
}

export interface HttpMode {
  signingSecret: string
  port: number
  /** The address that it listens on; this machine alone without it. */
  host?: string
  /** Where people reach us from outside, without a slash at its end; without it, no link is sent to them. */
  publicUrl?: string
}

/** A link to it is as good as a password, so it goes over an encrypted connection; or stays on this machine. */
function isPublicUrl(written: string): boolean {
  const url = URL.parse(written)
  return (
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1)$/.test(url.hostname))
  )
}

/** A name may mean several addresses, or none on this machine: only `localhost` is taken. */
const isAddress = (written: string): boolean => isIP(written) > 0 || written === 'localhost'

type Wrong = (key: string, what: string, remedy: string) => void

/** Null: no Slack is configured, or what is configured is faulty. */
export function readSlack(given: (name: string) => string | null, wrong: Wrong): SlackConfig | null {
  const botToken = given('SLACK_BOT_TOKEN')
  const appToken = given('SLACK_APP_TOKEN')
  const signingSecret = given('SLACK_SIGNING_SECRET')
  const apiUrl = given('SLACK_API_URL')
  if (given('LOCKKEEPER_URL') && !signingSecret)
    wrong(
      'LOCKKEEPER_URL',
      'is set, and nothing listens for people',
      'Set SLACK_SIGNING_SECRET and PORT for requests over HTTP, or remove it.',
    )
  if (!botToken && !appToken && !signingSecret && !apiUrl) return null
  const orNone = 'Or remove every SLACK_ variable to work in the terminal alone.'

  if (!botToken)
    wrong(
      'SLACK_BOT_TOKEN',
      'is not set',
      `Copy it from the app’s page, OAuth & Permissions: xoxb-…. ${orNone}`,
    )
  else if (!botToken.startsWith('xoxb-') && !apiUrl)
    wrong(
      'SLACK_BOT_TOKEN',
      'is not a bot token',
      'A bot token begins with xoxb-: the app’s page, OAuth & Permissions.',
    )
  if (apiUrl && !/^https?:$/.test(URL.parse(apiUrl)?.protocol ?? ''))
    wrong('SLACK_API_URL', 'is not a URL', 'Remove it to use Slack itself.')

  if (appToken && signingSecret) {
    wrong(
      'SLACK_SIGNING_SECRET',
      'is set beside SLACK_APP_TOKEN',
      'Keep SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET and PORT for requests over HTTP.',
    )
    return null
  }
  if (signingSecret) {
    const port = given('PORT')
    const isPort = port !== null && /^\d+$/.test(port) && Number(port) <= 65_535
    if (!isPort)
      wrong(
        'PORT',
        port === null ? 'is not set' : 'is not a port',
        'Slack’s requests arrive there, e.g. 3000; SLACK_SIGNING_SECRET needs it.',
      )
    const publicUrl = withoutSlash(given('LOCKKEEPER_URL'))
    if (publicUrl && !isPublicUrl(publicUrl))
      wrong(
        'LOCKKEEPER_URL',
        'is not an https URL',
        'Write where people reach PORT from outside, e.g. https://lockkeeper.example.com, or remove it to send no links.',
      )
    const host = given('HOST')
    if (host && !isAddress(host))
      wrong(
        'HOST',
        'is not an address to listen on',
        'Write 0.0.0.0 or :: for all interfaces, the IP address of one, or remove it for 127.0.0.1.',
      )
    const http = { signingSecret, port: Number(port), ...(host && { host }), ...(publicUrl && { publicUrl }) }
    return botToken && isPort ? { botToken, mode: { http }, apiUrl } : null
  }
  if (!appToken)
    wrong(
      'SLACK_APP_TOKEN',
      'is not set',
      `For Socket Mode: the app’s page, Basic Information, App-Level Tokens: xapp-…. For HTTP set SLACK_SIGNING_SECRET and PORT. ${orNone}`,
    )
  else if (!appToken.startsWith('xapp-') && !apiUrl)
    wrong(
      'SLACK_APP_TOKEN',
      'is not an app-level token',
      'It begins with xapp-: the app’s page, Basic Information, App-Level Tokens.',
    )
  return botToken && appToken ? { botToken, mode: { socket: { appToken } }, apiUrl } : null
}

const withoutSlash = (written: string | null): string | null =>
  written?.endsWith('/') ? written.slice(0, -1) : written
