/** Takes every known secret out of a text, in each form in which it may stand there. */
export type Redact = (text: string) => string

const mark = '[secret]'

/** Shorter values are left alone: taking them out would turn ordinary words and numbers into marks. */
const shortestSecret = 4

/** `scheme://user:password@host`: taken out whoever wrote it, known or not. */
const passwordInUrl = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*):[^\s/@'"]+@/gi

/**
 * A function that takes these secrets out of texts: as they are, in quotes of JSON, connection strings and SQL,
 * URL-encoded, and in base64 and hexadecimal wherever they stand in a longer encoded text (`user:password` of an Authorization header).
 */
export function makeRedactor(secrets: readonly string[]): Redact {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret)
  const forms = [...new Set(long.flatMap(formsOf))].sort((a, b) => b.length - a.length).map(escaped)
  const encoded = [...new Set(long.flatMap(base64Forms))].sort((a, b) => b.length - a.length)
  // The letters at either end of a base64 form hold bits of the secret too.
  const letters = encoded.map((form) => `[\\w+/-]?${escaped(form)}[\\w+/-]?=*`)
  const known = forms.length ? new RegExp([...forms, ...letters].join('|'), 'g') : null
  return (text) => (known ? text.replace(known, mark) : text).replace(passwordInUrl, `$1:${mark}@`)
}

/**
 * The same for JSON: every text in it. Names of properties stay, and so do strings of those that are told to be our own,
 * where a secret that is an ordinary word would take away what they mean.
 */
export function makeJsonRedactor(
  redact: Redact,
  isOwn: (property: string, text: string) => boolean,
): <T>(value: T) => T {
  const within = (value: unknown, property: string): unknown => {
    if (typeof value === 'string') return isOwn(property, value) ? value : redact(value)
    if (Array.isArray(value)) return value.map((inner) => within(inner, property))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, within(inner, key)]))
  }
  return <T>(value: T) => within(value, '') as T
}

/** What is secret about a URL: all of it, and its password alone, unless that is a name which messages must say. */
export function secretsOfUrl(url: string): string[] {
  const parsed = URL.parse(url)
  if (!parsed?.password) return []
  const password = decodeOr(parsed.password)
  const names = [decodeOr(parsed.username), decodeOr(parsed.pathname.slice(1)), parsed.hostname]
  return [url, ...(names.includes(password) ? [] : [password])]
}

/**
 * The same of a connection string of ADO.NET (`Host=…;Password="a;b"`), as .NET applications are given it: quotes are
 * single or double, and doubled within.
 */
export function secretsOfConnection(text: string): string[] {
  const values = new Map(
    [...text.matchAll(/(?:^|;)\s*([\w ]+?)\s*=\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^;]*))/g)].map(
      ([, key = '', double, single, plain]) => [
        key.toLowerCase(),
        double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? plain?.trim() ?? '',
      ],
    ),
  )
  const password = values.get('password') ?? values.get('pwd')
  if (!password) return []
  const names = ['username', 'user id', 'database', 'host', 'server'].map((key) => values.get(key))
  return [text, ...(names.includes(password) ? [] : [password])]
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret)
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    // In a connection string, and in SQL: quotes are doubled.
    secret.replaceAll('"', '""'),
    secret.replaceAll("'", "''"),
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.replace(/%../g, (escape) => escape.toLowerCase()),
    URL.parse(`http://a:${encoded}@b`)?.password ?? encoded,
    Buffer.from(secret).toString('hex'),
  ]
}

/** Base64 writes three bytes as four letters, so a secret looks different at each of three offsets. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
    const from = Math.ceil((offset * 8) / 6)
    const to = Math.floor((bytes.length * 8) / 6)
    return (['base64', 'base64url'] as const).map((form) => bytes.toString(form).slice(from, to))
  })
}

/** Why a text looks like a secret itself, where the name of an environment variable belongs; null: it does not. */
export function looksSecret(text: string): string | null {
  const password = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i.exec(text)?.[1]
  if (password && !/^\{\w+\}$/.test(password)) return 'holds a URL with a password'
  if (/\bxox[a-z]-[\w-]{8,}|\bxapp-[\w-]{8,}/.test(text)) return 'holds a token of Slack'
  if (/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\./.test(text)) return 'holds a signed token (JWT)'
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'holds a private key'
  return null
}
