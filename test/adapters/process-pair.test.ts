import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { pipeBoth, type Words } from '../../src/adapters/process-pair.ts'

const environment = { PATH: process.env['PATH'] }

async function outcome(first: Words, second: Words, input = '', signal?: AbortSignal) {
  const both = pipeBoth(first, second, { environment, ...(signal ? { signal } : {}) })
  both.stdin.end(input)
  const [output, ended] = await Promise.all([text(both.stdout).catch(() => ''), both.ended])
  return { output, ...ended }
}

test('what goes into the first comes out of the second', async () => {
  expect(await outcome(['tr', 'a', 'b'], ['sed', 's/$/!/'], 'aa')).toEqual({
    output: 'bb!',
    first: { exitCode: 0, signal: null },
    second: { exitCode: 0, signal: null, aborted: false, lastLines: [] },
  })
})

test('each has an exit code of its own, and both may complain', async () => {
  const said = await outcome(['sh', '-c', 'echo one >&2; exit 3'], ['sh', '-c', 'cat; echo two >&2; exit 4'])
  expect(said).toMatchObject({ first: { exitCode: 3, signal: null }, second: { exitCode: 4 } })
  expect(said.second.lastLines).toEqual(['one', 'two'])
})

test('one that was killed, and one whose output nobody takes any more, end by a signal', async () => {
  expect(await outcome(['sh', '-c', 'kill -KILL $$'], ['cat'])).toMatchObject({
    first: { exitCode: null, signal: 'SIGKILL' },
    second: { exitCode: 0 },
  })
  expect(await outcome(['yes'], ['head', '-n', '1'])).toMatchObject({
    output: 'y\n',
    first: { exitCode: null, signal: 'SIGPIPE' },
    second: { exitCode: 0 },
  })
})

test('a program that is not there is told apart from the other', async () => {
  expect(await outcome(['no-such-program'], ['cat'])).toMatchObject({
    first: { exitCode: 127 },
    second: { exitCode: 0 },
  })
  expect(await outcome(['true'], ['no-such-program'])).toMatchObject({
    first: { exitCode: 0 },
    second: { exitCode: 127 },
  })
})

test('a first one that tells how it ended is not believed', async () => {
  expect(
    await outcome(['sh', '-c', 'echo "the first of both ended with 0" >&2; exit 1'], ['cat']),
  ).toMatchObject({ first: { exitCode: 1 } })
})

test('arguments arrive as they are', async () => {
  const args = ['a b', '$HOME', '"', "it's", '*', '; exit 3', '']
  expect(await outcome(['printf', '%s|', ...args], ['cat'])).toMatchObject({
    output: args.map((arg) => `${arg}|`).join(''),
  })
})

test('an abort ends both', async () => {
  expect(await outcome(['sleep', '600'], ['cat'], '', AbortSignal.timeout(50))).toMatchObject({
    second: { aborted: true },
  })
})
