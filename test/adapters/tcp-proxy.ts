import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A network between a client and the tests' server that fails on demand. */
export interface Proxy {
  /** The server's URL through it. */
  url: string
  /** Lets this many bytes more from the server through; then nothing in either direction moves, and nobody is told. */
  blackholeAfter(bytes: number): void
  /** Settles when the bytes were let through and more wait. */
  held(): Promise<void>
  /** Breaks all connections, as a router that restarts. */
  cut(): void
  close(): Promise<void>
}

/** `at`: the port of one that was closed, for a server that comes back. */
export async function makeProxy(to: string, at = 0): Promise<Proxy> {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  const waiting: (() => void)[] = []
  let left = Number.POSITIVE_INFINITY
  let reached = () => {}
  const held = new Promise<void>((resolve) => (reached = resolve))
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    const pass = (chunk: Buffer) => {
      if (left >= chunk.length) {
        left -= chunk.length
        client.write(chunk)
        return
      }
      server.pause()
      waiting.push(() => {
        pass(chunk)
        server.resume()
      })
      reached()
    }
    server.on('data', pass)
    client.on('data', (chunk) => left > 0 && server.write(chunk))
    server.on('close', () => client.destroy())
    client.on('close', () => server.destroy())
  })
  await new Promise<void>((listening) => proxy.listen(at, '127.0.0.1', listening))
  const url = new URL(to)
  url.port = String((proxy.address() as AddressInfo).port)
  return {
    url: url.href,
    blackholeAfter(bytes) {
      left = bytes
      for (const goOn of waiting.splice(0)) goOn()
    },
    held: () => held,
    cut: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    async close() {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((closed) => proxy.close(closed))
    },
  }
}
