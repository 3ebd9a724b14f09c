/**
 * What a terminal obeys or a reader does not see: control characters, bidirectional controls and marks, line and paragraph
 * separators, zero-width spaces, the byte-order mark and tags. Joiners stay: emoji and scripts need them.
 */
const hidden =
  /\r\n|[\p{Cc}\p{Bidi_Control}\u00AD\u180E\u200B\u2028\u2029\u2060-\u2064\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu

/** Text for people: what is hidden in it is shown as `\x1b` or `⟨U+202E⟩`; lines and tabs stay. */
export const visible = (text: string): string =>
  text
    .toWellFormed()
    .replace(hidden, (sign) => (sign === '\r\n' ? '\n' : /[\n\t]/.test(sign) ? sign : shown(sign)))

/** What is hidden in a text, as it is shown, with its line from 1; line feeds and tabs are not hidden. */
export function hiddenIn(text: string): { line: number; sign: string }[] {
  return text.split('\n').flatMap((line, i) =>
    Array.from(line.toWellFormed().replace(/\r$/, '').matchAll(hidden), ([sign]) => sign)
      .filter((sign) => sign !== '\t')
      .map((sign) => ({ line: i + 1, sign: shown(sign) })),
  )
}

/** A name or a value, which is one line whatever it holds. */
export const visibleName = (text: string): string => text.toWellFormed().replace(hidden, shown)

/** The same within JSON, where it is written as JSON does; its last line feed stays. */
export const visibleJson = (line: string): string =>
  line.toWellFormed().replace(hidden, (sign) => (sign === '\n' ? sign : inJson(sign)))

const usual: Record<string, string> = { '\r\n': '\\r\\n', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function shown(sign: string): string {
  const code = sign.codePointAt(0) ?? 0
  return usual[sign] ?? (code < 256 ? `\\x${hex(code, 2)}` : `⟨U+${hex(code, 4).toUpperCase()}⟩`)
}

const inJson = (sign: string): string =>
  Array.from({ length: sign.length }, (_, i) => `\\u${hex(sign.charCodeAt(i), 4)}`).join('')

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')
