import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandOnHost, ownCommand } from '../src/own-command.ts'

/** A machine: a project that has the package, one Node, and a folder of programs for everybody. */
let root: string
let at: (...names: string[]) => string
beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'lockkeeper-called-')))
  at = (...names) => path.join(root, ...names)
  const program = at('bot/node_modules/lockkeeper/bin/lockkeeper.js')
  for (const folder of [path.dirname(program), at('bot/node_modules/.bin'), at('bin'), at('other folder')])
    await mkdir(folder, { recursive: true })
  await writeFile(program, '')
  await writeFile(at('node-24'), '')
  await symlink(program, at('bot/node_modules/.bin/lockkeeper'))
  await symlink(program, at('bin/lockkeeper'))
  await symlink(at('node-24'), at('bin/node'))
})
afterAll(() => rm(root, { recursive: true }))

const started = (script: string, environment: Record<string, string> = {}, cwd = 'bot') => ({
  script: at(script),
  node: at('node-24'),
  cwd: at(cwd),
  environment: { PATH: at('bin'), ...environment },
})
const npx = () => ({
  npm_lifecycle_event: 'npx',
  PATH: [at('bot/node_modules/.bin'), at('bin')].join(path.delimiter),
})

test('a program that everybody finds is called by its name; by npx only so that nothing is installed', () => {
  expect(ownCommand(started('bin/lockkeeper'))).toBe('lockkeeper')
  expect(ownCommand(started('bot/node_modules/.bin/lockkeeper', npx()))).toBe('npx --no -- lockkeeper')
})

test('what is called by its path is called so again, also by npx from a folder where npx would find nothing', () => {
  const link = at('bot/node_modules/.bin/lockkeeper')
  expect(ownCommand(started('bot/node_modules/.bin/lockkeeper'))).toBe(link)
  expect(ownCommand(started('bot/node_modules/.bin/lockkeeper', npx(), 'other folder'))).toBe(link)
  expect(ownCommand(started('bin/lockkeeper', { PATH: '/nowhere' }))).toBe(at('bin/lockkeeper'))
})

test('in a clone it is npm’s script, without npm the Node that runs it with the file', () => {
  const byNpm = {
    npm_lifecycle_event: 'start',
    npm_package_name: 'lockkeeper',
    npm_package_json: at('bot/package.json'),
  }
  expect(ownCommand(started('bot/src/main.ts', byNpm))).toBe('npm run --silent lockkeeper --')
  expect(ownCommand(started('bot/src/main.ts'))).toBe(`node ${at('bot/src/main.ts')}`)
  expect(ownCommand(started('other folder/main.js', { PATH: '' }))).toBe(
    `${at('node-24')} '${at('other folder/main.js')}'`,
  )
})

test('messages name the bot’s own folder and files, wherever somebody types the line', () => {
  expect(commandOnHost(started('bin/lockkeeper'))).toBe(`cd ${at('bot')} && lockkeeper`)
  expect(
    commandOnHost(started('bin/lockkeeper', { LOCKKEEPER_CONFIG: '../lock keeper.yml' }, 'other folder')),
  ).toBe(`cd '${at('other folder')}' && LOCKKEEPER_CONFIG='${at('lock keeper.yml')}' lockkeeper`)
})

test('LOCKKEEPER_COMMAND says it where nobody else can know, as outside of a container', () => {
  const given = { LOCKKEEPER_COMMAND: 'docker exec bot node dist/src/main.js' }
  expect(ownCommand(started('bin/lockkeeper', given))).toBe(given.LOCKKEEPER_COMMAND)
  expect(commandOnHost(started('bin/lockkeeper', given))).toBe(given.LOCKKEEPER_COMMAND)
})
