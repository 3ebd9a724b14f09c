import path from 'node:path'
import type { Ground } from './ground.ts'
import { inTurn, median, type Line } from './measure.ts'
import { publish, type Way } from './window-application.ts'
import { documentWindow } from './window-document.ts'
import { openPlace } from './window-place.ts'
import { openKeeper, people, type Recorded } from './window-run.ts'

const rounds = 3

/** Where the seconds of a window are, by kind of step. */
const parts: Record<string, readonly string[]> = {
  'the application stops, starts and answers': ['stop', 'start', 'smoke'],
  'the wait that shows nobody is left (drain)': ['drain'],
}

/**
 * The time in which users are out, of the demo's HRMS on ASP.NET Core with 200,000 sessions: a run of Lockkeeper as it is
 * recorded, from the first stop to admit, with close, drain, verification and functional requests; beside the document's
 * own scripts, from the first stop to the first healthy answer.
 */
export async function window(ground: Ground): Promise<Line[]> {
  const folder = path.join(ground.folder, 'window')
  const lacks = await publish(folder)
  if (lacks !== null) {
    process.stdout.write(`NOT MEASURED: the window is that of demo/hrms-dotnet, and ${lacks}\n`)
    return []
  }
  const place = await openPlace(ground, folder, people)
  try {
    const keeper = await openKeeper(place, await ground.makeStore('bench_window'))
    try {
      await place.reset()
      const record = { script: [], bundle: [], tool: [] } as Record<Way, Recorded[]>
      const plans = {
        script: await keeper.plan('script'),
        bundle: await keeper.plan('bundle'),
        tool: await keeper.plan('tool'),
      }
      const ours = (way: Way) => async (): Promise<number> => {
        await place.reset()
        const run = await keeper.run(plans[way])
        record[way].push(run)
        return run.whole
      }
      const measured = await inTurn(rounds, {
        document: async () => {
          await place.reset()
          return documentWindow(place)
        },
        script: ours('script'),
        bundle: ours('bundle'),
        tool: ours('tool'),
      })
      return lines(measured, record.script.slice(1))
    } finally {
      await keeper.close()
    }
  } finally {
    await place.close()
  }
}

function lines(measured: Record<Way | 'document', number[]>, script: readonly Recorded[]): Line[] {
  const told = (times: readonly number[]): string => `${s(median(times))}, best ${s(Math.min(...times))}`
  const line = (what: string, times: readonly number[]): Line => ({
    what,
    ours: told(times),
    peer: `${told(measured.document)}: the document’s scripts`,
    ratio: median(times) / median(measured.document),
    asked: null,
  })
  const within = (kinds: readonly string[]): number[] =>
    script.map(({ steps }) => kinds.reduce((sum, kind) => sum + (steps[kind] ?? 0), 0))
  const whole = line('the window, stop to admit, by the script', measured.script)
  return [
    { ...whole, asked: { says: 'ratio ≤ 0.05', holds: whole.ratio <= 0.05 } },
    ...Object.entries(parts).map(([what, kinds]) => line(`of it: ${what}`, within(kinds))),
    ...(['bundle', 'tool'] as const).map((way) => line(`the window, by the ${way}`, measured[way])),
  ]
}

const s = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`
