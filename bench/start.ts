import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { rulesOf } from '../src/access/recorded.ts'
import { loadConfig } from '../src/config.ts'
import { recordRules } from '../src/store/access-rules.ts'
import type { Ground } from './ground.ts'
import { inTurn, type Line } from './measure.ts'

const rounds = 15
/** Times the processor time of a Node that does nothing. */
const mostTimes = 6

const exec = promisify(execFile)

/** Printed on standard error when the process ends: microseconds of processor time, all threads. */
const tellsCost = `data:text/javascript,process.on('exit',()=>process.stderr.write('cost '+JSON.stringify(process.cpuUsage())))`

/** Processor time of a terminal command as it is published, from its second use on, beside a Node that does nothing. */
export async function start(ground: Ground): Promise<Line[]> {
  await exec('npm', ['run', '--silent', 'build'])
  const folder = path.join(ground.folder, 'start')
  await mkdir(path.join(folder, 'runbooks'), { recursive: true })
  await writeFile(
    path.join(folder, 'lockkeeper.yml'),
    `runbooks: runbooks\nroles: { migration-operators: { people: [U0ASHA] } }\nterminal: { ${userInfo().username}: U0ASHA }\n`,
  )
  const url = await ground.makeStore('bench_start')
  await recordRoles(url, path.join(folder, 'lockkeeper.yml'))
  const env = {
    ...process.env,
    DATABASE_URL: url,
    XDG_CACHE_HOME: folder,
  }
  const cost = async (...argv: string[]): Promise<number> => {
    const { stderr } = await exec(process.execPath, ['--import', tellsCost, ...argv], { cwd: folder, env })
    const { user, system } = JSON.parse(/cost (.*)$/.exec(stderr)?.[1] ?? '') as NodeJS.CpuUsage
    return (user + system) / 1000
  }
  const program = path.resolve('dist/src/main.js')
  const measured = await inTurn(rounds, {
    version: () => cost(program, '--version'),
    help: () => cost(program, 'help'),
    status: () => cost(program, 'status'),
    nothing: () => cost('-e', '0'),
  })
  const line = (what: 'version' | 'help' | 'status', asked: boolean): Line => {
    // The least of all rounds: what else the machine does can only add to processor time.
    const [ours, nothing] = [Math.min(...measured[what]), Math.min(...measured.nothing)]
    const ratio = ours / nothing
    return {
      what: `processor time of \`lockkeeper ${what === 'version' ? '--version' : what}\``,
      ours: `${ours.toFixed(0)} ms`,
      peer: `${nothing.toFixed(0)} ms: \`node -e 0\``,
      ratio,
      asked: asked ? { says: `ratio ≤ ${mostTimes}`, holds: ratio <= mostTimes } : null,
    }
  }
  return [line('version', false), line('help', true), line('status', true)]
}

/** As a bot does when it starts: without its roles a terminal does nothing. */
async function recordRoles(url: string, file: string): Promise<void> {
  const config = await loadConfig({ LOCKKEEPER_CONFIG: file }, path.dirname(file))
  if (!config.ok) throw new Error(JSON.stringify(config.faults))
  const client = new pg.Client(url)
  await client.connect()
  await recordRules(client, rulesOf(config.value), { host: 'bench', user: userInfo().username, file })
  await client.end()
}
