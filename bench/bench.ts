import { cpus, totalmem } from 'node:os'
import { acknowledgement } from './acknowledge.ts'
import { backups } from './backup.ts'
import { fanOuts } from './deliveries.ts'
import { openGround, type Ground } from './ground.ts'
import type { Line } from './measure.ts'
import { memory } from './memory.ts'
import { socketMode } from './socket.ts'
import { start } from './start.ts'
import { stepOverhead } from './steps.ts'
import { table } from './table.ts'
import { takeover } from './takeover.ts'
import { ticks } from './ticks.ts'
import { window } from './window.ts'

/**
 * `npm run bench`: what the bot costs, beside peers that are measured in the same run. `npm run bench -- steps backup`
 * measures these alone. Ends with 1 where something is not as asked.
 */
const all: Record<string, (ground: Ground) => Promise<Line[]>> = {
  steps: stepOverhead,
  acknowledge: acknowledgement,
  takeover,
  backup: backups,
  deliveries: fanOuts,
  ticks,
  socket: socketMode,
  start,
  memory,
  window,
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

process.exitCode = await bench(process.argv.slice(2))

async function bench(asked: readonly string[]): Promise<number> {
  const names = asked.length > 0 ? asked : Object.keys(all)
  const unknown = names.filter((name) => !Object.hasOwn(all, name))
  if (unknown.length > 0) {
    say(`There is no ${unknown.join(', ')}. There are ${Object.keys(all).join(', ')}.`)
    return 2
  }
  const ground = await openGround()
  const leave = (): void => {
    // What is cut off in the middle complains; it is not waited for.
    process.on('uncaughtException', () => {})
    void ground.close().finally(() => process.exit(130))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave)
  const lines: Line[] = []
  try {
    for (const name of names) {
      say(`Measuring ${name}…`)
      lines.push(...(await all[name]!(ground)))
    }
  } finally {
    await ground.close()
  }
  const memory = Math.round(totalmem() / 2 ** 30)
  say(`\n${cpus().length} processors, ${memory} GB, Node ${process.versions.node}, ${process.platform}\n`)
  say(table(lines))
  return lines.every(({ asked }) => asked?.holds ?? true) ? 0 : 1
}
