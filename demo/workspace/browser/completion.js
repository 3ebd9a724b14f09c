import { store } from './store.js'

/**
 * What a slash command can go on with. The commands come with the page's guide; the rest is what the bot itself said:
 * names of runbooks, plans and runs that stand in messages.
 * @param {string} typed @returns {{ words: string, says: string }[]}
 */
export function completions(typed) {
  if (!typed.startsWith('/')) return []
  const command = store.command
  if (command.startsWith(typed) && typed !== command)
    return [{ words: command, says: 'Plan, run and roll back database migrations' }]
  const [, verb, rest] = /^\S+\s+(\S*)(\s+.*)?$/.exec(typed) ?? []
  if (verb === undefined || !typed.startsWith(command)) return []
  if (rest !== undefined) return []
  return commands
    .filter((one) => one.words.startsWith(verb) && one.words !== verb)
    .map((one) => ({ ...one, words: `${command} ${one.words}` }))
}

const commands = [
  { words: 'help', says: 'What you can do, and every runbook with its state' },
  { words: 'status', says: 'What is going on now' },
  { words: 'plan', says: 'Plan a migration: what would happen, and for how long' },
  { words: 'run', says: 'Run a plan that is approved' },
  { words: 'backup', says: 'Back the database up, and read the backup through' },
  { words: 'verify', says: 'Check a migrated database; reads only' },
  { words: 'answer', says: 'Answer a question that a run asks' },
  { words: 'cancel', says: 'Give up a plan or a run' },
  { words: 'rollback', says: 'Take a migration back' },
]
