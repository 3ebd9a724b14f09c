import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { finding, planTarget, type PlanTarget } from './target.ts'

/** This process answers as the application would; its pid file may name another one. */
async function answering(release = 'v1'): Promise<{ target: PlanTarget; environment: object }> {
  const target = await planTarget()
  const server = createServer((_, response) => response.setHeader('x-release', release).end('{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { target, environment: { ...target.environment, HRMS_PORT: String(port) } }
}

async function sleeping(target: PlanTarget): Promise<number> {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  await writeFile(path.join(target.folder, 'hrms.pid'), String(child.pid))
  return child.pid!
}

test('a service that lives beside its pid file is a blocker: a run would find nothing to stop', async () => {
  const { target, environment } = await answering()
  await writeFile(path.join(target.folder, 'hrms.pid'), '999999999')
  const plan = await target.plan({ environment: { ...environment } })
  expect(finding(plan, 'service-beside-pid-file')).toMatchObject({
    level: 'blocker',
    problem: {
      service: 'hrms-api',
      pidFile: path.join(target.folder, 'hrms.pid'),
      pids: process.platform === 'linux' ? [process.pid] : [],
    },
  })
  expect(finding(plan, 'service-not-running')).toBeUndefined()
})

test.skipIf(process.platform !== 'linux')(
  'a service whose URL another process answers is a warning: it may be a proxy',
  async () => {
    const { target, environment } = await answering()
    const own = await sleeping(target)
    const plan = await target.plan({ environment: { ...environment } })
    expect(finding(plan, 'service-other-answers')).toMatchObject({
      level: 'warning',
      problem: { service: 'hrms-api', pids: [process.pid], own },
    })
  },
)

test('a release that answers and is not the one before the migration is a warning', async () => {
  const { target, environment } = await answering('v2')
  await sleeping(target)
  const [service] = target.runbook.services
  const health = { ...service!.health, release: { header: 'x-release' } }
  const release = { before: { version: 'v1' }, after: { version: 'v2' } }
  const runbook = { ...target.runbook, services: [{ ...service!, health, release }] }
  expect(
    finding(await target.plan({ environment: { ...environment }, runbook }), 'service-other-release'),
  ).toMatchObject({
    level: 'warning',
    problem: { expects: 'v1', release: 'v2' },
  })
})
