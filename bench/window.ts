import path from 'node:path'
import type { Ground } from './ground.ts'
import { inTurn, median, type Line } from './measure.ts'
import { publish, type Way } from './window-application.ts'
import { documentWindow } from './window-document.ts'
import { openPlace } from './window-place.ts'
import { openKeeper, people, type Recorded } from './window-run.ts'

const rounds = 3

/** What Lockkeeper does while the application is away, by kind of step. */
const away = ['close', 'drain', 'before', 'release', 'migrate', 'verify', 'open']

/**
 * The window of the demo's HRMS on ASP.NET Core with 200,000 sessions, from the first stop to the first healthy answer:
 * a run of Lockkeeper as it is recorded, with close, drain and verification, beside the document's own scripts. And what
 * the document has not in it: the functional requests, after which users are let in.
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
        return run.healthy
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
  const of = (part: (run: Recorded) => number): number[] => script.map(part)
  const whole = line('the window, stop to healthy, by the script', measured.script)
  return [
    { ...whole, asked: { says: 'ratio ≤ 0.05', holds: whole.ratio <= 0.05 } },
    line(
      'of it: the application is away (close to open)',
      of(({ steps }) => away.reduce((sum, kind) => sum + (steps[kind] ?? 0), 0)),
    ),
    line(
      'until users are in, after functional requests',
      of(({ admitted }) => admitted),
    ),
    ...(['bundle', 'tool'] as const).map((way) => line(`the window, by the ${way}`, measured[way])),
  ]
}

const s = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`
