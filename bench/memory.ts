import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { callCast, type Play } from '../demo/auto/cast.ts'
import { playMigration } from '../demo/auto/migration.ts'
import { playSchedule } from '../demo/auto/schedule.ts'
import { openStage } from '../demo/stage/open.ts'
import { allProcesses, familyOf } from '../src/adapters/process-table.ts'
import type { Line } from './measure.ts'

/** MB of the bot's process, and of it at most over a run. */
const most = { idle: 150, peak: 250 }
/** Milliseconds after which a process that has just started does nothing more. */
const rest = 10_000

const exec = promisify(execFile)

/** MB that a process has in memory, and had at most since it started (proc(5): shared pages are counted too). */
interface Memory {
  now: number
  most: number
}

/**
 * Memory of the bot as it is published, and of the supervisor that starts it: at rest, and over the document's migration
 * from `schedule` and `plan` to the end, as three people do it in the demo's Slack. The programs that a run starts
 * (pg_dump, dotnet, the application) are not counted. The peer is a Node that does nothing.
 */
export async function memory(): Promise<Line[]> {
  if (process.platform !== 'linux') {
    process.stdout.write('NOT MEASURED: memory is read from /proc, which only Linux has\n')
    return []
  }
  await exec('npm', ['run', '--silent', 'build'])
  const stage = await openStage({
    port: 0,
    fresh: false,
    hrms: null,
    program: 'dist/src/main.js',
    say: () => {},
  })
  const idleNode = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)'], { stdio: 'ignore' })
  try {
    await wait(rest)
    const peer = await memoryOf(idleNode.pid!)
    const [supervisor, bot] = [await pidOf('dist/src/main.js'), await pidOf('dist/src/bot.js')]
    const idle = await memoryOf(bot)
    const cast = await callCast(stage.workspace.pageUrl)
    const play: Play = { stage, say: () => {}, ...cast }
    try {
      await playSchedule(play)
      await playMigration(play)
    } finally {
      cast.followed.close()
    }
    if ((await pidOf('dist/src/bot.js')) !== bot) throw new Error('the bot was started again during its run')
    const line = (what: string, ours: number, limit: number | null): Line => ({
      what,
      ours: `${ours.toFixed(0)} MB`,
      peer: `${peer.now.toFixed(0)} MB: a Node that does nothing`,
      ratio: ours / peer.now,
      asked: limit === null ? null : { says: `≤ ${limit} MB`, holds: ours <= limit },
    })
    const after = await memoryOf(bot)
    const way = stage.onDotnet ? 'EF Core' : 'SQL files'
    return [
      line('memory of the bot at rest', idle.now, most.idle),
      line(`at most over a plan and its run, by ${way}`, after.most, most.peak),
      line('after that', after.now, null),
      line('the supervisor beside it, at most', (await memoryOf(supervisor)).most, null),
    ]
  } finally {
    idleNode.kill()
    await stage.close()
  }
}

/** The process below this one that runs a program. */
async function pidOf(program: string): Promise<number> {
  const all = await allProcesses()
  const here = all.find(({ pid }) => pid === process.pid)
  for (const { pid } of here ? familyOf(here, all) : []) {
    const [, ...words] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (words.some((word) => word.endsWith(program)) && words[0] !== '-c') return pid
  }
  throw new Error(`${program} does not run`)
}

async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const of = (name: RegExp): number => Number(name.exec(status)?.[1]) / 1024
  return { now: of(/^VmRSS:\s+(\d+) kB$/m), most: of(/^VmHWM:\s+(\d+) kB$/m) }
}
