import { expect, test } from 'vitest'
import { until } from '../../until.ts'
import { processOf } from '../../../src/adapters/process-table.ts'
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
  const { method, text } = await makeTestService({ release })
  const lines: string[] = []
  expect(await method.release('after', never, (line) => lines.push(line))).toEqual({
    status: 'done',
    facts: { version: '1.1', deployed: true },
  })
  expect(await text('version')).toBe('1.1\n')
  expect(lines).toEqual(['deploying'])
  expect(await method.release('before', never)).toEqual({
    status: 'done',
    facts: { version: '1.0', deployed: true },
  })
  expect(await text('version')).toBe('1.0\n')
})

test('a release without a command of its own comes back when the other one is taken away; without both, people do it', async () => {
  const { method } = await makeTestService({ release: { ...release, before: { version: '1.0' } } })
  expect(await method.release('before', never)).toEqual({
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
  expect(await byHand.release('after', never)).toEqual({
    status: 'done',
    facts: { version: '1.1', deployed: false },
  })
})

test('a release that is cancelled ends with all that its command started', async () => {
  const { method } = await makeTestService({
    release: {
      ...release,
      after: { version: '1.1', deploy: ['/bin/sh', '-c', 'sleep 976 & echo $!; wait'] },
    },
  })
  const cancel = new AbortController()
  const pids: number[] = []
  const outcome = await method.release('after', cancel.signal, (line) => {
    pids.push(Number(line))
    cancel.abort()
  })
  expect(outcome).toMatchObject({ status: 'failed', problem: { code: 'cancelled' } })
  await until(async () => expect(await processOf(pids[0] ?? 0)).toBeNull())
})
