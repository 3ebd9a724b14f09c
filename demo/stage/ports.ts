import { createServer } from 'node:net'

/** A port that is free now; 0 asks for any. Null: the wanted one is taken. */
export async function freePort(wanted = 0): Promise<number | null> {
  const probe = createServer()
  const free = await new Promise<boolean>((decided) => {
    probe.once('error', () => decided(false))
    probe.listen(wanted, '127.0.0.1', () => decided(true))
  })
  if (!free) return null
  const { port } = probe.address() as { port: number }
  await new Promise((closed) => probe.close(closed))
  return port
}
