import type { TargetAddress } from '../../adapters/postgres/target-address.ts'

/** Parameters of a PostgreSQL URL, by Npgsql's names (Npgsql's documentation, connection string parameters). */
const parameters: Record<string, string> = {
  sslrootcert: 'Root Certificate',
  sslcert: 'SSL Certificate',
  sslkey: 'SSL Key',
  channel_binding: 'Channel Binding',
  gssencmode: 'GSS Encryption Mode',
  krbsrvname: 'Kerberos Service Name',
}

const sslModes: Record<string, string> = { 'verify-ca': 'VerifyCA', 'verify-full': 'VerifyFull' }

/**
 * A target's URL as Npgsql's connection string: the same server, database and role. It is a secret, and goes into the
 * environment alone.
 */
export function npgsqlConnection({ url, database }: TargetAddress): string {
  const { hostname, port, username, password, searchParams } = new URL(url)
  const given = [...searchParams].flatMap(([name, value]): [string, string][] => {
    if (name === 'sslmode') return [['SSL Mode', sslModes[value] ?? capital(value)]]
    const known = parameters[name]
    return known ? [[known, value]] : []
  })
  const host = decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1')
  const pairs: [string, string | null][] = [
    ['Host', host || (searchParams.get('host') ?? 'localhost')],
    ['Port', port || (searchParams.get('port') ?? '5432')],
    ['Database', database],
    ['Username', decodeURIComponent(username) || searchParams.get('user')],
    ['Password', decodeURIComponent(password) || searchParams.get('password')],
    ...given,
  ]
  return pairs.flatMap(([key, value]) => (value ? [`${key}=${quoted(value)}`] : [])).join(';')
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

/** As ADO.NET reads connection strings: in quotes, with quotes doubled. */
const quoted = (value: string): string =>
  /^[\w./:-]+$/.test(value) ? value : `"${value.replaceAll('"', '""')}"`
