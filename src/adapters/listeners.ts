import { lookup } from 'node:dns/promises'
import { readFile, readdir, readlink } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { allProcesses, type RunningProcess } from './process-table.ts'

/**
 * The processes that listen where a URL points, if that is this host. Null where it cannot be told: the URL is of another
 * host, the listener is of another user or in another network namespace (a container), or there is no /proc.
 */
export async function listenersOf(url: string): Promise<RunningProcess[] | null> {
  if (process.platform !== 'linux') return null
  const { hostname, port, protocol } = new URL(url)
  const addresses = await localAddresses(hostname.replace(/^\[(.*)\]$/, '$1'))
  if (addresses === null) return null
  const sockets = await listening(addresses, Number(port) || (protocol === 'https:' ? 443 : 80))
  if (sockets.size === 0) return null
  const all = await allProcesses()
  const holds = await Promise.all(all.map(({ pid }) => holdsOneOf(pid, sockets)))
  const found = all.filter((_, at) => holds[at])
  return found.length > 0 ? found : null
}

/** The addresses of a host name as /proc/net has them, or null where one of them is not of this host. */
async function localAddresses(hostname: string): Promise<string[] | null> {
  const found = await lookup(hostname, { all: true }).catch(() => [])
  const ours = new Set(
    Object.values(networkInterfaces()).flatMap((all) => all?.map((one) => one.address) ?? []),
  )
  const isLocal = (address: string) => ours.has(address) || address.startsWith('127.') || address === '::1'
  if (found.length === 0 || !found.every(({ address }) => isLocal(address))) return null
  return found.flatMap(({ address }) => {
    if (!isIPv4(address)) return address === '::1' ? ['00000000000000000000000001000000'] : []
    const hex = hexOf(address)
    return [hex, `0000000000000000FFFF0000${hex}`]
  })
}

/** proc_net_tcp: an address is written as the host's words are in memory, here little-endian. */
const hexOf = (address: string): string =>
  address
    .split('.')
    .toReversed()
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()

const listenState = '0A'

/** The sockets, as /proc/PID/fd names them, that listen on one of these addresses or on all. */
async function listening(addresses: readonly string[], port: number): Promise<Set<string>> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const lines = tables.flatMap((table) => table.split('\n').slice(1))
  return new Set(
    lines.flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      const [address = '', at = ''] = local.split(':')
      const isThere = /^0+$/.test(address) || addresses.includes(address)
      return state === listenState && isThere && Number.parseInt(at, 16) === port ? [`socket:[${inode}]`] : []
    }),
  )
}

/** Of a process that is not ours to read, nothing is known: it holds none. */
async function holdsOneOf(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  for (const fd of await readdir(folder).catch(() => []))
    if (sockets.has(await readlink(`${folder}/${fd}`).catch(() => ''))) return true
  return false
}
