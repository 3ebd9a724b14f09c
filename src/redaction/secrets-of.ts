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
  const values = partsOf(text)
  const password = values.get('password') || values.get('pwd')
  if (!password) return []
  const names = ['username', 'user id', 'database', 'host', 'server'].map((key) => values.get(key))
  return [text, ...(names.includes(password) ? [] : [password])]
}

function partsOf(text: string): Map<string, string> {
  const parts = new Map<string, string>()
  for (let at = 0; at < text.length;) {
    const equals = text.indexOf('=', at)
    if (equals === -1) break
    const written = text.slice(at, equals)
    const key = written
      .slice(written.lastIndexOf(';') + 1)
      .trim()
      .toLowerCase()
    const [value, after] = valueAt(text, equals + 1)
    parts.set(key, value)
    at = after
  }
  return parts
}

/** The value that begins at an index, and where the next part begins. */
function valueAt(text: string, from: number): [value: string, after: number] {
  let at = from
  while (text[at] === ' ') at++
  const quote = text[at]
  if (quote === '"' || quote === "'") {
    let value = ''
    for (at++; at < text.length; at++) {
      if (text[at] !== quote) value += text[at]
      else if (text[at + 1] === quote) value += text[at++]
      else return [value, at + 1]
    }
  }
  const end = text.indexOf(';', from)
  const after = end === -1 ? text.length : end
  return [text.slice(from, after).trim(), after]
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
