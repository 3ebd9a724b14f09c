import { expect, test } from 'vitest'
import { until } from '../../until.ts'
import { processOf } from '../../../src/adapters/process-table.ts'
import { outputsIn } from '../outputs.ts'
import { makeTestService, never } from './test-service.ts'

const release = {
  before: { version: '1.0', deploy: ['/bin/sh', '-c', 'echo 1.0 >version'] as [string, ...string[]] },
  after: {
    version: '1.1',
    deploy: ['/bin/sh', '-c', 'echo deploying; echo 1.1 >version'] as [string, ...string[]],
    undeploy: ['/bin/sh', '-c', 'exit 9'] as [string, ...string[]],
  },
}

test('a release is put in place by its own command', async () => {
  const { folder, method, text } = await makeTestService({ release })
  expect(await method.release('after', never, outputsIn(folder))).toEqual({
    status: 'done',
    facts: { version: '1.1', deployed: true, output: 'deploying' },
  })
  expect(await text('version')).toBe('1.1\n')
  expect(await method.release('before', never, outputsIn(folder))).toEqual({
    status: 'done',
    facts: { version: '1.0', deployed: true },
  })
  expect(await text('version')).toBe('1.0\n')
})

test('what its command wrote last is kept, both streams of it, without its colours: 20 lines', async () => {
  const writes = (exit: number): [string, ...string[]] => [
    '/bin/sh',
    '-c',
    `i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo "line $i"; done; printf '\\033[31mno room\\033[0m\\n' >&2; exit ${exit}`,
  ]
  const outputOf = async (exit: number) => {
    const after = { version: '1.1', deploy: writes(exit) }
    const { folder, method } = await makeTestService({ release: { ...release, after } })
    return method.release('after', never, outputsIn(folder))
  }
  const failed = await outputOf(7)
  const output = failed.status === 'failed' && 'output' in failed.problem ? failed.problem.output : ''
  expect(output?.split('\n')).toHaveLength(20)
  expect(output).toContain('line 30')
  expect(output).toContain('no room')
  expect(output).not.toContain('\u001B')
  expect(await outputOf(0)).toMatchObject({
    facts: { deployed: true, output: expect.stringContaining('line 30') as string },
  })
})

test('a release without a command of its own comes back when the other one is taken away; without both, people do it', async () => {
  const { folder, method } = await makeTestService({ release: { ...release, before: { version: '1.0' } } })
  expect(await method.release('before', never, outputsIn(folder))).toEqual({
    status: 'failed',
    problem: {
      code: 'service-failed',
      service: 'api',
      doing: 'undeploy',
      reason: 'its command failed',
      exitCode: 9,
    },
  })
  const { method: byHand } = await makeTestService({
    release: { before: { version: '1.0' }, after: { version: '1.1' } },
  })
  expect(await byHand.release('after', never, outputsIn(folder))).toEqual({
    status: 'done',
    facts: { version: '1.1', deployed: false },
  })
})

test('a release that is cancelled ends with all that its command started', async () => {
  const { folder, method, text } = await makeTestService({
    release: {
      ...release,
      after: { version: '1.1', deploy: ['/bin/sh', '-c', 'sleep 976 & echo $! >child; wait'] },
    },
  })
  const cancel = new AbortController()
  const outcome = method.release('after', cancel.signal, outputsIn(folder))
  await until(async () => expect(await text('child')).toMatch(/^\d+\n$/))
  expect(await processOf(Number(await text('child')))).not.toBeNull()
  cancel.abort()
  expect(await outcome).toMatchObject({ status: 'failed', problem: { code: 'cancelled' } })
  await until(async () => expect(await processOf(Number(await text('child')))).toBeNull())
})
