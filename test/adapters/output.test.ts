import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openOutputs } from '../../src/adapters/output.ts'
import { run } from '../../src/adapters/process.ts'
import { makeRedactor } from '../../src/redaction/redactor.ts'

const secret = 'correct horse battery'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-output-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** Runs a script as a step's command, and gives what a record would hold of it. */
async function wrote(folder: string, script: string, secrets: readonly string[] = [secret]) {
  const outputs = openOutputs(folder, 'release-api-1', makeRedactor(secrets))
  const { line, last } = outputs.of('deploy')
  const { exitCode } = await run('/bin/sh', ['-c', script], {
    environment: { PATH: process.env['PATH'] },
    keepLines: 0,
    onLine: line,
  })
  return { exitCode, last: last(), files: await outputs.close() }
}

test('a command that writes 5 MB with a secret in each line: the record has 8 kB, the file all lines, neither the secret', async () => {
  const folder = await makeFolder()
  const { exitCode, last, files } = await wrote(
    folder,
    `awk 'BEGIN { for (i = 1; i <= 5000; i++) printf "%d ${secret} %01000d\\n", i, 0 }'`,
  )
  expect(exitCode).toBe(0)
  const file = path.join(folder, 'release-api-1-deploy.log')
  expect(files).toEqual([{ program: 'deploy', file, host: hostname(), lacks: null }])
  const all = await readFile(file, 'utf8')
  expect(all.split('\n')).toHaveLength(5001)
  expect(all.length).toBeGreaterThan(5_000_000)
  expect(all).not.toContain(secret)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(Buffer.byteLength(last)).toBeLessThanOrEqual(8_192)
  expect(last).toMatch(/^\d+ \[secret\] 0/)
  expect(last).toContain('\n5000 [secret] 0')
})

test('a record holds at most 20 lines, and of one long line 8 kB of whole characters', async () => {
  const folder = await makeFolder()
  expect((await wrote(folder, 'seq 100')).last).toBe(
    Array.from({ length: 20 }, (_, line) => String(81 + line)).join('\n'),
  )
  const { last } = await wrote(folder, `awk 'BEGIN { for (i = 0; i < 4000; i++) printf "é € "; print "" }'`)
  expect(Buffer.byteLength(last)).toBeGreaterThan(8_180)
  expect(Buffer.byteLength(last)).toBeLessThanOrEqual(8_192)
  expect(last).not.toContain('\uFFFD')
})

test('a private key, and a secret of several lines, are taken out although they come line by line', async () => {
  const folder = await makeFolder()
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const known = 'first half of it\nsecond half of it'
  await writeFile(path.join(folder, 'key.pem'), `loading\n${privateKey}${known}\nloaded\n`)
  const { last, files } = await wrote(folder, `cat '${folder}/key.pem'`, [known])
  const all = await readFile(files[0]!.file, 'utf8')
  expect(all).toBe('loading\n[secret]\n[secret]\n[secret]\nloaded\n')
  expect(last).toBe(all.trim())
})

test('of a line that is longer than 8 KiB no half of a secret is left at its cut', async () => {
  const folder = await makeFolder()
  const { files } = await wrote(
    folder,
    `head -c 8180 /dev/zero | tr '\\0' x; echo ' ${'s3cr3t'.repeat(4)}'`,
    ['s3cr3t'.repeat(4)],
  )
  expect(await readFile(files[0]!.file, 'utf8')).toMatch(/^x{8180} …\n$/)
})

test('colours and other controls of the terminal are in neither', async () => {
  const folder = await makeFolder()
  const { last, files } = await wrote(folder, `printf '\\033[31mno room\\033[0m\\n'`)
  expect(last).toBe('no room')
  expect(await readFile(files[0]!.file, 'utf8')).toBe('no room\n')
})

test('on a full disk the command goes on, its last lines are kept, and why the file is not whole is said', async () => {
  const folder = await makeFolder()
  await symlink('/dev/full', path.join(folder, 'release-api-1-deploy.log'))
  const { exitCode, last, files } = await wrote(folder, 'seq 100000')
  expect(exitCode).toBe(0)
  expect(last).toContain('100000')
  expect(files).toMatchObject([{ program: 'deploy', lacks: 'ENOSPC' }])
})

test('where the folder of the run cannot be made the command goes on all the same', async () => {
  const folder = await makeFolder()
  await writeFile(path.join(folder, 'runs'), 'a file')
  const { exitCode, last, files } = await wrote(path.join(folder, 'runs/7F3A-1'), 'echo deployed; exit 3')
  expect(exitCode).toBe(3)
  expect(last).toBe('deployed')
  expect(files).toMatchObject([{ lacks: 'ENOTDIR' }])
})

test('a second life of the same attempt writes on in the same file; what wrote nothing has none', async () => {
  const folder = await makeFolder()
  await wrote(folder, 'echo first')
  const { files } = await wrote(folder, 'echo second >&2')
  expect(await readFile(files[0]!.file, 'utf8')).toBe('first\nsecond\n')
  expect((await wrote(folder, 'true')).files).toEqual([])
})
