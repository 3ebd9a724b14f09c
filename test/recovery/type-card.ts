import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Place } from '../cli/place.ts'
import { cardOf } from './by-hand.ts'

/** A command of the card, and how it ended. */
interface Typed {
  what: string
  code: number
  said: string
}

/**
 * Types the card from the top in one shell. What begins with "Only if" is decided by what the look at the history said
 * last. Every command is typed; how each ended is told by the shell itself.
 */
export async function typeCard(place: Place, run: string, program = '/bin/sh'): Promise<Typed[]> {
  const shell = openShell(place, program)
  const typed: Typed[] = []
  let isInHistory = false
  for (const { what, command } of await cardOf(place, run)) {
    if (what.startsWith('Only if') && what.includes('is not in the history') === isInHistory) continue
    const ended = await shell.type(command)
    if (command === 'history_look') isInHistory = ended.said.includes(' IS in the history')
    if (!what.startsWith('Once')) typed.push({ what, ...ended })
  }
  await shell.leave()
  return typed
}

/** A shell as somebody on call has it open on the bot's host. */
function openShell({ environment }: Place, program: string) {
  const shell = spawn(program, ['-s'], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(shell.stdout)[Symbol.asyncIterator]()
  shell.stdin.write('exec 2>&1\n')
  return {
    async type(command: string): Promise<Omit<Typed, 'what'>> {
      shell.stdin.write(`${command}\nprintf '\\nended with %s\\n' $?\n`)
      const said: string[] = []
      for (;;) {
        const { done, value: line } = await lines.next()
        if (done) throw new Error(`the shell ended: ${said.join('\n')}`)
        const [, code] = /^ended with (\d+)$/.exec(line) ?? []
        if (code !== undefined) return { code: Number(code), said: said.join('\n') }
        said.push(line)
      }
    },
    async leave(): Promise<void> {
      shell.stdin.end()
      await once(shell, 'close')
    },
  }
}
