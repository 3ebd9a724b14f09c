import { inherited } from './inherited.ts'
import type { TargetAddress } from './postgres/target.ts'

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

/** What has no variable, as the value of `--dbname`: a server that is gone without a word is noticed after about 25 s. */
export const patience =
  '--dbname=connect_timeout=10 keepalives=1 keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=30000'
