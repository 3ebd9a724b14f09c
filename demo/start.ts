import { parseArgs } from 'node:util'
import { playStory } from './auto/play.ts'
import type { Wanted } from './stage/hrms.ts'
import { openStage, type Stage } from './stage/open.ts'
import { freePort } from './stage/ports.ts'

/**
 * `npm run demo`: a Slack workspace in the browser, the HRMS with its database, and Lockkeeper between them.
 * `--auto`: plays a whole story by itself and ends. `--fresh`: fills the databases anew. `--port`: of the page.
 * `--sql`: with HRMS in TypeScript and its migrations as SQL files, also where there is .NET. `--dotnet`: on .NET, or
 * not at all.
 */
const { values } = parseArgs({
  options: {
    auto: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    sql: { type: 'boolean', default: false },
    dotnet: { type: 'boolean', default: false },
    port: { type: 'string', default: '4747' },
  },
})

const say = (line: string): void => console.log(line)

process.exitCode = await start()

async function start(): Promise<number> {
  const port = values.auto ? 0 : Number(values.port)
  if (port !== 0 && (await freePort(port)) === null) {
    say(
      `Port ${port} is taken: is the demo running already? Open http://localhost:${port}, or start with --port.`,
    )
    return 1
  }
  // From the beginning: what is half up when somebody stops it is ended all the same.
  const stopping = new AbortController()
  const stopped = new Promise<number>((end) => stopping.signal.addEventListener('abort', () => end(0)))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort())
  let stage: Stage
  try {
    stage = await openStage({ port, fresh: values.fresh, hrms: wanted(), say, signal: stopping.signal })
  } catch (error) {
    if (stopping.signal.aborted) return 0
    say(`The demo does not start: ${(error as Error).message}`)
    return 1
  }
  let closing = false
  const left = stage.bot.left.then(({ exitCode, lastLines }) => {
    if (closing) return 0
    say(`Lockkeeper has left with exit code ${exitCode}:\n${lastLines.slice(-12).join('\n')}`)
    return 1
  })
  const told = values.auto ? playStory(stage, say) : welcome(stage)
  const exitCode = await Promise.race([stopped, left, told])
  closing = true
  say('Stopping…')
  await stage.close()
  return exitCode
}

function wanted(): Wanted {
  if (values.sql) return 'sql'
  return values.dotnet ? 'dotnet' : null
}

function welcome({ workspace, onDotnet }: Stage): Promise<never> {
  say(`
  Open ${workspace.pageUrl}

  You are Asha, who leads migrations. Type in #migrations:

      /migrate schedule add-security-enhancements in 2 hours
      /migrate plan add-security-enhancements
${onDotnet ? '\n  A plan takes half a minute: dotnet ef builds the application for it.\n' : ''}
  Who is told of it reads so in #general, or in Mail. Then sit down on Dan's and Mei's chairs (top left) to
  approve it, and on Asha's again to run it. "Try this", on the left, goes on from there. Ctrl-C ends everything.

  The same without Slack, in another terminal: npm run --silent demo:terminal -- status
`)
  return new Promise(() => {})
}
