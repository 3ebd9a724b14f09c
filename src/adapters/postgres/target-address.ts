import { failure, ok, type Result } from '../../domain/result.ts'

/** Where a target is. The URL is a secret and stays in memory. */
export interface TargetAddress {
  url: string
  /** The environment variable that it came from: how messages name it. */
  variable: string
  /** Host and port, for people. */
  host: string
  database: string
}

/**
 * The address that an environment variable holds. Fails with `target-unset` and `target-url-bad`.
 * @param database the name that the runbook gives; the URL names the same one or none.
 */
export function targetAddress(
  variable: string,
  database: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<TargetAddress> {
  const url = environment[variable]
  if (!url) return failure({ code: 'target-unset', variable })
  if (!URL.canParse(url)) return failure({ code: 'target-url-bad', variable, why: 'not-a-url' })
  const { protocol, hostname, port, pathname, searchParams } = new URL(url)
  if (!['postgres:', 'postgresql:'].includes(protocol)) {
    return failure({ code: 'target-url-bad', variable, why: 'not-postgres' })
  }
  const named = decodeURIComponent(pathname.slice(1))
  if (named && named !== database) return failure({ code: 'target-url-bad', variable, why: 'other-database' })
  const name = decodeURIComponent(hostname) || searchParams.get('host') || 'localhost'
  return ok({ url, variable, host: `${name}:${port || '5432'}`, database })
}
