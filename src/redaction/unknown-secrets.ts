import { mark } from './mark.ts'
import { isKeyWritten } from './private-keys.ts'

/** `scheme://user:password@host`. */
const passwordInUrl = /(:\/\/[^\s/:@?#'"<>|]*):[^\s/?#'"<>|]+@/g

/** `password=…` of a connection string, an assignment or a URL's query. What a shell or a runbook fills in is none. */
const assigned =
  /((?:passw(?:or)?d|passphrase|passwd|(?<![a-z])(?:db)?pass|pwd|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key|signature|[?&]key|[?&]sig|[?&]auth)=)(?!["']?[${[])(?:"[^"\n]*"|'[^'\n]*'|[^\s&;,"'\\<>|]+)/gi

/** The same in JSON, also where that is a text in JSON. */
const inJson =
  /(["'][\w-]{0,30}(?:passw(?:or)?d|passphrase|passwd|secret|token|api[-_]?key|private[-_]?key)\\?["'] ?: ?\\?["'])[^"'\\\n]+/gi

/** `PASSWORD '…'` of a statement about a role. */
const ofRole = /\b(password )'[^'\n]*'/gi

const authorization = /\b(authorization["']?[:=] ?["']?(?:bearer|basic|token) )[^\s"',;]+/gi

const slackToken = /(?<![\w-])x(?:ox[a-z]|app)-[\w-]{8,}/g
const signedToken = /(?<![\w-])eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*/g

/** Takes out what shows by its own form that it is a secret, whether anybody told us of it or not. */
export const withoutUnknownSecrets = (text: string): string =>
  text
    .replace(passwordInUrl, `$1:${mark}@`)
    .replace(assigned, `$1${mark}`)
    .replace(inJson, `$1${mark}`)
    .replace(ofRole, `$1'${mark}'`)
    .replace(authorization, `$1${mark}`)
    .replace(slackToken, mark)
    .replace(signedToken, mark)

/** Why a text looks like a secret itself, where the name of an environment variable belongs; null: it does not. */
export function looksSecret(text: string): string | null {
  const password = /:\/\/[^\s/:@]*:([^\s/@]+)@/.exec(text)?.[1]
  if (password && !/^\{\w+\}$/.test(password)) return 'holds a URL with a password'
  if (text.search(slackToken) !== -1) return 'holds a token of Slack'
  if (text.search(signedToken) !== -1) return 'holds a signed token (JWT)'
  if (isKeyWritten(text)) return 'holds a private key'
  return null
}
