#!/usr/bin/env node
import type { SlackConfig } from './config.ts'
import { supervise } from './supervisor.ts'

const [command] = process.argv.slice(2)

if (command === 'start') {
  const bot = new URL(import.meta.url.endsWith('.ts') ? './bot.ts' : './bot.js', import.meta.url)
  const { makeLog } = await import('./log.ts')
  const log = makeLog({ level: process.env['LOG_LEVEL'] ?? 'info', redact: (text) => text })
  process.exitCode = await supervise(bot, (line) => log.warn(line))
} else if (command === '--version') {
  const { default: about } = await import('#package', { with: { type: 'json' } })
  process.stdout.write(`${about.version}\n`)
} else {
  const { terminal } = await import('./cli/terminal.ts')
  const asksForHelp = command === '--help' || command === '-h'
  const groups = async (slack: SlackConfig) => (await import('./slack/groups.ts')).groupsOfSlack(slack)
  process.exitCode = await terminal(asksForHelp ? ['help'] : process.argv.slice(2), groups)
}
