import { store } from './store.js'

/**
 * What a slash command can go on with, word by word: the app's own commands, then what they can be about.
 * @param {string} typed @returns {{ words: string, says: string }[]}
 */
export function completions(typed) {
  const { command } = store
  if (!typed.startsWith('/')) return []
  if (command.startsWith(typed)) {
    if (typed !== command) return [{ words: command, says: 'Plan, run and roll back database migrations' }]
  } else if (!typed.startsWith(`${command} `)) return []
  const begun = typed.slice(command.length).trimStart()
  return store.commands
    .filter(({ words }) => words.startsWith(begun) && words !== begun && spaces(words) === spaces(begun))
    .map((one) => ({ ...one, words: `${command} ${one.words}` }))
}

/** @param {string} words */
const spaces = (words) => words.split(' ').length
