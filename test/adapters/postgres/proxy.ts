import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A TCP proxy on loopback, ended with the test. */
export interface Proxy {
  /** The URL with the proxy instead of its server. */
  url: string
  /** While it swallows nothing passes, in either direction, and nobody is told. */
  swallow(swallows: boolean): void
  /** Closes all connections. */
  cut(): void
}

/**
 * @param answers changes what the server answers; null: the connections are cut before the client hears it
 * @param asks sees what the client sends; false: the connections are cut before the server hears it
 */
export async function proxyTo(
  server: string,
  answers: (chunk: Buffer) => Buffer | null = (chunk) => chunk,
  asks: (chunk: Buffer) => boolean = () => true,
): Promise<Proxy> {
  const url = new URL(server)
  const { port, hostname } = url
  const sockets = new Set<Socket>()
  let swallowing = false
  const cut = (): void => sockets.forEach((socket) => socket.destroy())
  const listener = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => {
      if (swallowing) return
      if (asks(chunk)) upstream.write(chunk)
      else cut()
    })
    upstream.on('data', (chunk) => {
      if (swallowing) return
      const answer = answers(chunk)
      if (answer) client.write(answer)
      else cut()
    })
  })
  await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready))
  onTestFinished(() => {
    cut()
    listener.close()
  })
  url.port = String((listener.address() as { port: number }).port)
  return { url: url.href, swallow: (swallows) => (swallowing = swallows), cut }
}
