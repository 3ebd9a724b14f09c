import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type ListenOptions, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { Hrms } from '../../adapters/postgres/hrms.ts'

// The tests' server listens on 127.0.0.1 alone: these are other ways to it, until the test ends.

/** A port of another address of this machine. */
export const alsoAtPort = async (hrms: Hrms, host: string): Promise<number> =>
  ((await alsoAt(hrms, { host, port: 0 })).address() as AddressInfo).port

/** The folder of a Unix socket, for port 5432. */
export async function alsoAtSocket(hrms: Hrms): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-socket-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await alsoAt(hrms, { path: path.join(folder, '.s.PGSQL.5432') })
  return folder
}

async function alsoAt(hrms: Hrms, listen: ListenOptions): Promise<Server> {
  const { hostname, port } = new URL(hrms.url)
  const server = createServer((socket) => {
    const to = connect(Number(port), hostname)
    socket.on('error', () => to.destroy()).pipe(to)
    to.on('error', () => socket.destroy()).pipe(socket)
  })
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(listen, resolve))
  onTestFinished(() => void server.close())
  return server
}
