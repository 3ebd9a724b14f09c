import { mark } from './mark.ts'
import { isKeyWritten, keyFilter } from './private-keys.ts'
import { withoutUnknownSecrets } from './unknown-secrets.ts'

/** Takes every known secret out of a text, in each form in which it may stand there. */
export type Redact = (text: string) => string

/** Shorter values are left alone: taking them out would turn ordinary words and numbers into marks. */
const shortestSecret = 4

/**
 * A function that takes these secrets out of texts: as they are, each line of them, in quotes of JSON, connection strings
 * and SQL, percent-encoded, and in base64 and hexadecimal wherever they stand in a longer encoded text (`user:password` of an
 * Authorization header). It also takes out what shows by its own form that it is a secret (`unknown-secrets.ts`). The time
 * that it takes grows with the length of the text, not with its square.
 */
export function makeRedactor(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n|\r/)]))]
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= shortestSecret)
  const plain = [...new Set(known.flatMap(writtenForms))]
  const base64 = [...new Set(known.flatMap(base64Forms))]
  const bytes = [...new Set(known.flatMap(percentForms))]
  const unescaped = [...new Set(known.map((secret) => secret.replaceAll('\\', '')))].filter(
    (secret) => secret.length >= shortestSecret,
  )
  const withoutKnown = (text: string): string => {
    const once = cut(text, [...spansOf(text, plain), ...spansOf(text, base64).map(widened(text))])
    const decoded = once.includes('%') ? withoutEncoded(once, bytes) : once
    return decoded.includes('\\') ? withoutEscaped(decoded, unescaped) : decoded
  }
  return (text) => withoutUnknownSecrets(withoutKnown(isKeyWritten(text) ? withoutKeys(text) : text))
}

/**
 * The same for a text that comes line by line: a private key is taken out of it although its lines come apart. Null: a
 * line of such a key, after the one that is the mark.
 */
export function makeLineRedactor(redact: Redact): (line: string) => string | null {
  const filter = keyFilter()
  return (line) => {
    const rest = filter(line)
    return rest === null ? null : redact(rest)
  }
}

/** Lines may be written as `\n`, too, as in JSON. */
function withoutKeys(text: string): string {
  const filter = keyFilter()
  const parts = text.split(/(\\r\\n|\\n|\r\n|\n)/)
  let clean = ''
  for (let at = 0; at < parts.length; at += 2) {
    const line = filter(parts[at] ?? '')
    if (line !== null) clean += (at === 0 ? '' : (parts[at - 1] ?? '')) + line
  }
  return clean
}

/** A part of a text, from an index to another one. */
type Span = readonly [from: number, to: number]

const spansOf = (text: string, forms: readonly string[]): Span[] =>
  forms.flatMap((form) => {
    const spans: Span[] = []
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length))
      spans.push([at, at + form.length])
    return spans
  })

/** The letters at either end of a base64 form hold bits of the secret too. */
const widened =
  (text: string) =>
  ([from, to]: Span): Span => {
    let end = isLetter(text[to]) ? to + 1 : to
    while (text[end] === '=') end++
    return [isLetter(text[from - 1]) ? from - 1 : from, end]
  }

const isLetter = (sign: string | undefined): boolean => sign !== undefined && /[\w+/-]/.test(sign)

/** A text with a mark in place of these parts; of those that overlap, all is one mark. */
function cut(text: string, spans: readonly Span[]): string {
  let clean = ''
  let at = 0
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    if (from >= at) clean += text.slice(at, from) + mark
    at = Math.max(at, to)
  }
  return clean + text.slice(at)
}

/** Every encoder leaves other signs as they are, so it is the text that is decoded. One letter is one byte here. */
function withoutEncoded(text: string, secrets: readonly string[]): string {
  const raw = Buffer.from(text).toString('latin1')
  const { read, places } = readWith(raw, (at) => {
    const hex = raw[at] === '%' ? raw.slice(at + 1, at + 3) : ''
    return /^[0-9a-f]{2}$/i.test(hex) ? [String.fromCharCode(Number.parseInt(hex, 16)), 3] : null
  })
  const spans = spansOf(read, secrets).map(([from, to]): Span => [places[from]!, places[to]!])
  return spans.length ? Buffer.from(cut(raw, spans), 'latin1').toString() : text
}

/** JSON within JSON has its quotes escaped twice, so all backslashes are passed over, in the text and in the secrets. */
function withoutEscaped(text: string, secrets: readonly string[]): string {
  const { read, places } = readWith(text, (at) => {
    if (text[at] !== '\\') return null
    const hex = text[at + 1] === 'u' ? text.slice(at + 2, at + 6) : ''
    return /^[0-9a-f]{4}$/i.test(hex) ? [String.fromCharCode(Number.parseInt(hex, 16)), 6] : ['', 1]
  })
  const spans = spansOf(read, secrets).map(([from, to]): Span => [places[from]!, places[to]!])
  return cut(text, spans)
}

/** A text as something reads it: what stands at an index, with its length there, or null for the sign itself. */
function readWith(
  text: string,
  reading: (at: number) => [sign: string, length: number] | null,
): { read: string; places: number[] } {
  const read: string[] = []
  const places: number[] = []
  for (let at = 0; at < text.length;) {
    const [sign, length] = reading(at) ?? [text[at] ?? '', 1]
    if (sign) {
      read.push(sign)
      places.push(at)
    }
    at += length
  }
  places.push(text.length)
  return { read: read.join(''), places }
}

function writtenForms(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex')
  return [
    secret,
    // In a connection string, and in SQL: quotes are doubled.
    secret.replaceAll('"', '""'),
    secret.replaceAll("'", "''"),
    // In a form.
    secret.replaceAll(' ', '+'),
    hex,
    hex.toUpperCase(),
  ]
}

function percentForms(secret: string): string[] {
  const bytes = Buffer.from(secret).toString('latin1')
  return [bytes, bytes.replaceAll(' ', '+')]
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
