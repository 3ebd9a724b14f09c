import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'

test('the packed package installs by itself, starts with a server of its own, and answers in a terminal', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-package-'))
  try {
    await execa('npm', ['pack', '--silent', '--pack-destination', folder])
    await writeFile(path.join(folder, 'package.json'), '{"private": true}')
    await execa({
      cwd: folder,
      shell: true,
    })`npm install --no-audit --no-fund ./lockkeeper-*.tgz`
    await mkdir(path.join(folder, 'runbooks'))
    await writeFile(
      path.join(folder, 'lockkeeper.yml'),
      `runbooks: runbooks\nroles:\n  migration-operators: { people: [U0ASHA] }\nterminal: { ${userInfo().username}: U0ASHA }\n`,
    )
    const lockkeeper = path.join(folder, 'node_modules/.bin/lockkeeper')
    const run = execa({ cwd: folder, node: false, env: { DATABASE_URL: '' }, reject: false })
    expect((await run`${lockkeeper} --version`).stdout).toMatch(/^\d+\.\d+\.\d+$/)
    const bot = run`${lockkeeper} start`
    try {
      await expect.poll(async () => (await run`${lockkeeper} health`).exitCode, { interval: 300 }).toBe(0)
      expect((await run`${lockkeeper} help`).stdout).toContain('You may:')
    } finally {
      bot.kill('SIGTERM')
      await bot
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
