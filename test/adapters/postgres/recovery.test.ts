import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { identityDifferences, readIdentity } from '../../../src/adapters/postgres/identity.ts'
import { makeTarget } from '../../../src/adapters/postgres/target.ts'
import { findEmbedded, startEmbedded } from '../../../src/store/embedded.ts'

test('a server in recovery is refused, and once promoted it is another one: same system, another timeline', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-standby-'))
  const start = () => startEmbedded({ folder, settings: ['fsync=off', 'shared_buffers=16MB'] })
  try {
    const first = await start()
    const before = await ask(first.url('postgres'), (client) => readIdentity(client, 'db-prod-1:5432'))
    await first.stop()
    await writeFile(path.join(folder, 'postgres', 'standby.signal'), '')
    // Started is only a server that takes writes: this settles when it is promoted.
    const starting = start()
    const url = await standbyIn(folder)
    const address = { url, variable: 'URL', host: 'db-prod-1:5432', database: 'postgres' }
    expect(await makeTarget(address, 'lockkeeper:T-1', null).connect()).toEqual({
      ok: false,
      problem: { code: 'target-in-recovery', host: 'db-prod-1:5432' },
    })
    await ask(url, (client) => client.query('select pg_promote()'))
    const promoted = await starting
    const after = await ask(url, (client) => readIdentity(client, 'db-prod-1:5432'))
    expect(identityDifferences(before, after)).toEqual(['timeline'])
    await promoted.stop()
  } finally {
    await killServer(folder)
    await rm(folder, { recursive: true, force: true })
  }
})

async function ask<T>(url: string, question: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return await question(client)
  } finally {
    await client.end()
  }
}

async function standbyIn(folder: string): Promise<string> {
  let url = ''
  await expect
    .poll(async () => {
      url = (await findEmbedded(folder))?.url('postgres') ?? ''
      return url && ask(url, async () => true).catch(() => false)
    })
    .toBe(true)
  return url
}

/** Where the test failed half-way: SIGQUIT ends a server at once. */
async function killServer(folder: string): Promise<void> {
  const file = await readFile(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(file.split('\n')[0])
  if (pid) process.kill(pid, 'SIGQUIT')
}
