import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A server reached through a line that can be cut: what a bot knows of a database that is away. */
export interface Proxy {
  /** The URL of the same database through this line. */
  through(url: string): string
  /** Every connection is reset, and new ones are too, until `mend`. */
  cut(): void
  /** New connections go through; the old ones stay broken. */
  mend(): void
  close(): Promise<void>
}

export async function openProxy(to: { host: string; port: number }): Promise<Proxy> {
  let isCut = false
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    keep(near)
    if (isCut) return void near.resetAndDestroy()
    const far = connect(to)
    keep(far)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    through(url) {
      const changed = new URL(url)
      changed.hostname = '127.0.0.1'
      changed.port = String((server.address() as AddressInfo).port)
      return changed.href
    },
    cut() {
      isCut = true
      reset()
    },
    mend() {
      isCut = false
    },
    async close() {
      reset()
      await new Promise((closed) => server.close(closed))
    },
  }
}
