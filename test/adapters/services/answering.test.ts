import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { answering } from '../../../src/adapters/services/answering.ts'
import { processOf } from '../../../src/adapters/process-table.ts'
import { linux, needing } from '../../needs.ts'

const never = new AbortController().signal

/** Says its port, and answers in JSON and a header which release it is. */
const server = `
  const http = require('node:http')
  const answer = (_, response) =>
    response.writeHead(200, { 'x-release': 'v2' }).end('{"build":{"version":"v1"},"secret":"hunter2"}')
  const listening = http.createServer(answer).listen(0, process.env.ADDRESS, () => console.log(listening.address().port))`

async function start(
  program: string,
  args: string[],
  address = '127.0.0.1',
): Promise<[ChildProcess, string]> {
  const child = spawn(program, args, {
    detached: true,
    env: { ...process.env, ADDRESS: address },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(async () => {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await once(child, 'exit')
  })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return [child, said.toString().trim()]
}

const health = (url: string, release?: { json: string } | { header: string }) => ({
  health: { url, every: 50, within: 60_000, ...(release && { release }) },
  release: { before: { version: 'v1' }, after: { version: 'v2' } },
})

test(
  'the process that listens at the URL is told from any other one, whatever address it is bound to',
  needing(linux),
  async () => {
    for (const address of ['127.0.0.1', '0.0.0.0', '::', '::1']) {
      const [child, port] = await start(process.execPath, ['-e', server], address)
      const host = address === '::1' ? '[::1]' : 'localhost'
      const service = health(`http://${host}:${port}/health`)
      const own = await processOf(child.pid ?? 0)
      const found = await answering(service, own, {}, never)
      expect(found).toMatchObject({ status: 200, saw: '200', isOwn: true, release: null })
      expect(found.listeners?.map(({ pid }) => pid)).toEqual([child.pid])
      const other = await processOf((await start('/bin/sh', ['-c', 'echo; exec sleep 60']))[0].pid ?? 0)
      expect(await answering(service, other, {}, never)).toMatchObject({ isOwn: false })
      expect(await answering(service, null, {}, never)).toMatchObject({ isOwn: false })
    }
  },
)

test('a service that a shell started is the shell’s own: the child listens', needing(linux), async () => {
  const [shell, port] = await start('/bin/sh', ['-c', '"$0" -e "$1" & wait', process.execPath, server])
  const own = await processOf(shell.pid ?? 0)
  expect(await answering(health(`http://127.0.0.1:${port}/`), own, {}, never)).toMatchObject({
    isOwn: true,
  })
})

test('the release is read where the runbook says the answer names it', async () => {
  const [, port] = await start(process.execPath, ['-e', server])
  const url = `http://127.0.0.1:{PORT}/health`
  const asked = (release: { json: string } | { header: string }) =>
    answering(health(url, release), null, { PORT: port }, never)
  expect(await asked({ json: 'build.version' })).toMatchObject({ release: 'before' })
  expect(await asked({ header: 'X-Release' })).toMatchObject({ release: 'after' })
  const other = await asked({ json: 'secret' })
  expect(other).toMatchObject({ release: 'another' })
  expect(JSON.stringify(other)).not.toContain('hunter2')
})

test('nobody who answers is told with the reason, and nothing is guessed', async () => {
  const nothing = { status: null, listeners: null, isOwn: null, release: null }
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  expect(await answering(health(`http://127.0.0.1:${port}/`), null, {}, never)).toEqual({
    ...nothing,
    saw: 'no connection (ECONNREFUSED)',
  })
  expect(await answering(health('http://{HOST}/'), null, {}, never)).toEqual({
    ...nothing,
    saw: 'no value for {HOST}',
  })
})
