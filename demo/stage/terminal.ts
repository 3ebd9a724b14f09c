import { writeFile } from 'node:fs/promises'
import { terminalFile } from './places.ts'

/** What `npm run demo:terminal` gives Lockkeeper besides what the shell has: where the demo's bot and its databases are. */
export const writeTerminal = (environment: Readonly<Record<string, string>>): Promise<void> =>
  writeFile(
    terminalFile,
    Object.entries(environment)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
    { mode: 0o600 },
  )
