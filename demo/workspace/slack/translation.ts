import { channels, people, type Person } from '../cast.ts'

/**
 * `emulate` gives people and channels ids of its own; ours are fixed, because a configuration names them. Both are
 * made of capital letters and digits alone, so they read the same in JSON and in a form.
 */
export interface Translation {
  toEmulator(text: string): string
  fromEmulator(text: string): string
}

interface Listed {
  id: string
  name: string
}

/** `emulated`: what the emulator calls the people and channels that it was seeded with. */
export function makeTranslation(emulated: { users: Listed[]; channels: Listed[] }): Translation {
  const pairs = [...pair(people as readonly Person[], emulated.users), ...pair(channels, emulated.channels)]
  return {
    toEmulator: (text) => pairs.reduce((sofar, [ours, theirs]) => sofar.replaceAll(ours, theirs), text),
    fromEmulator: (text) => pairs.reduce((sofar, [ours, theirs]) => sofar.replaceAll(theirs, ours), text),
  }
}

function pair(ours: readonly Listed[], theirs: readonly Listed[]): [string, string][] {
  return ours.map((one) => {
    const found = theirs.find((other) => other.name === one.name)
    if (!found) throw new Error(`the Slack emulator does not know ${one.name}`)
    return [one.id, found.id]
  })
}
