import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { startEmbedded } from '../../src/store/embedded.ts'
import { problemView } from '../../src/views/problem/problem.ts'
import { plainText } from '../../src/views/words/plain.ts'

test('a second operating-system user is told whose store it is and how to reach it, not that the bot is dead (store-unreadable)', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-another-'))
  await chmod(folder, 0o755)
  const store = path.join(folder, '.lockkeeper')
  const server = await startEmbedded({ folder: store, settings: ['fsync=off'] })
  onTestFinished(async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  })
  await mkdir(path.join(folder, 'runbooks'))
  await writeFile(
    path.join(folder, 'lockkeeper.yml'),
    'runbooks: runbooks\nroles: { migration-operators: { people: [U0ASHA] } }\n',
  )
  // Root becomes somebody else there; anybody else may not read what nobody may.
  if (process.getuid?.() !== 0) await chmod(path.join(store, 'password'), 0)
  const { stdout } = await execa(
    process.execPath,
    [path.resolve(import.meta.dirname, '../fixtures/finds-store.ts')],
    { cwd: folder, env: { DATABASE_URL: '', LOCKKEEPER_CONFIG: '', LOCKKEEPER_FOLDER: '' } },
  )
  await chmod(path.join(store, 'password'), 0o600)
  const { problem } = JSON.parse(stdout)
  const owner = userInfo().username
  expect(problem).toMatchObject({ code: 'store-unreadable', folder: store, owner })
  expect(plainText(problemView(problem))).toContain(
    `Type it as ${owner}: sudo -u ${owner} lockkeeper status.`,
  )
})
