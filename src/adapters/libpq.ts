import { inherited } from './inherited.ts'
import type { TargetAddress } from './postgres/target-address.ts'

/** Parameters of a URL that libpq reads from the environment too (PostgreSQL's documentation, 34.15). */
const variables: Record<string, string> = {
  hostaddr: 'PGHOSTADDR',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslcrl: 'PGSSLCRL',
  channel_binding: 'PGCHANNELBINDING',
  gssencmode: 'PGGSSENCMODE',
  krbsrvname: 'PGKRBSRVNAME',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  options: 'PGOPTIONS',
}

/** How PostgreSQL's programs reach a target: all of it by environment, which other users cannot list as they can arguments. */
export function libpqEnvironment(
  { url, database }: TargetAddress,
  applicationName: string,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const { hostname, port, username, password, searchParams } = new URL(url)
  const given = [...searchParams].flatMap(([name, value]) =>
    variables[name] ? [[variables[name], value]] : [],
  )
  return {
    ...inherited(environment, 'program'),
    LC_ALL: 'C',
    ...(Object.fromEntries(given) as Record<string, string>),
    PGHOST:
      decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1') || searchParams.get('host') || 'localhost',
    PGPORT: port || searchParams.get('port') || '5432',
    PGDATABASE: database,
    PGUSER: decodeURIComponent(username) || searchParams.get('user') || undefined,
    PGPASSWORD: decodeURIComponent(password) || searchParams.get('password') || undefined,
    PGAPPNAME: applicationName,
  }
}

/** Parameters of a URL that its other parts may stand in. */
const places = ['host', 'port', 'user']

/**
 * The URL for an argument, where other users can list it: with its database, and without its password and what libpq does
 * not know. `password`: where that stands in the URL, or null: it has none.
 */
export function listableUrl({ url, database }: Pick<TargetAddress, 'url' | 'database'>): {
  url: string
  password: 'user' | 'query' | null
} {
  const bare = new URL(url)
  const password = bare.password ? 'user' : bare.searchParams.has('password') ? 'query' : null
  bare.password = ''
  bare.pathname = `/${encodeURIComponent(database)}`
  // As it was written: libpq reads no `+` as a space.
  const kept = bare.search.slice(1).split('&')
  const isKept = (name: string): boolean => name in variables || places.includes(name)
  bare.search = kept.filter((each) => isKept(each.split('=', 1)[0]!)).join('&')
  return { url: bare.href, password }
}

/** What has no variable, as the value of `--dbname`: a server that is gone without a word is noticed after about 25 s. */
export const patience =
  '--dbname=connect_timeout=10 keepalives=1 keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=30000'
