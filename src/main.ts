#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { compileCacheFolder } from './compile-cache.ts'
import type { SlackConfig } from './config.ts'
import { logLevelOf } from './log-level.ts'
import { commandOnHost, ownCommand } from './own-command.ts'
import { visibleName } from './visible.ts'
import { exitCodes, supervise } from './supervisor.ts'

// Before the first import that is not needed to say so: a command starts in half the time from its second use on.
const cache = compileCacheFolder(process.env)
if (cache) enableCompileCache(cache)

const [command = 'help', ...words] = process.argv.slice(2)
const isHelp = (word: string | undefined): boolean => word === '--help' || word === '-h'

const started = {
  script: process.argv[1] ?? '',
  node: process.execPath,
  cwd: process.cwd(),
  environment: process.env,
}

/** `start` alone starts a bot: whoever asks what it does, or means something else, gets none. */
const startSays = `${ownCommand(started)} start
  Starts the bot and keeps it running until Ctrl-C or SIGTERM. It takes no further words: it reads lockkeeper.yml
  (LOCKKEEPER_CONFIG) and the environment, which the README lists.
`

if ((command === 'start' && isHelp(words[0])) || (command === 'help' && words[0] === 'start')) {
  process.stdout.write(startSays)
} else if (command === 'start' && words.length > 0) {
  process.stderr.write(
    `start takes no further words (${visibleName(words.join(' '))}). Nothing was started.\n${startSays}`,
  )
  process.exitCode = exitCodes.usage
} else if (command === 'start') {
  const bot = new URL(import.meta.url.endsWith('.ts') ? './bot.ts' : './bot.js', import.meta.url)
  const { makeLog } = await import('./log.ts')
  const log = makeLog({ level: logLevelOf(process.env), redact: (text) => text })
  const environment = { ...process.env, LOCKKEEPER_COMMAND: commandOnHost(started) }
  process.exitCode = await supervise(bot, environment, (line) => log.warn(line))
} else if (command === '--version') {
  const { default: about } = await import('#package', { with: { type: 'json' } })
  process.stdout.write(`${about.version}\n`)
} else {
  const { terminal } = await import('./cli/terminal.ts')
  const groups = async (slack: SlackConfig) => (await import('./slack/groups.ts')).groupsOfSlack(slack)
  const typed = isHelp(command) ? ['help'] : isHelp(words[0]) ? ['help', command] : [command, ...words]
  process.exitCode = await terminal(typed, groups, ownCommand(started))
}
