import type { Prepared } from '../../domain/script.ts'
import type { Done } from '../../domain/step.ts'
import type { Applying } from '../engine.ts'

/** What a program says while it works, as progress; and how long each migration took. */
export interface Watched {
  line: (line: string) => void
  migrations: () => Done['migrate']['statements']
}

/** EF says `Applying migration 'ID'.` or `Reverting migration 'ID'.` when it begins with one (EF Core 8 to 10). */
const begins = /^info: +(Applying|Reverting) migration '([^']+)'\./

export function watchLines({ scripts }: Pick<Prepared, 'scripts'>, at: Pick<Applying, 'progress'>): Watched {
  let begun: { command: string; since: number }[] = []
  return {
    line(line) {
      const [, does, migration] = begins.exec(line) ?? []
      if (!migration) return
      // A try that failed begins with the same one again.
      const command = `${does} ${migration}`
      const earlier = begun.findIndex((one) => one.command === command)
      if (earlier !== -1) begun = begun.slice(0, earlier)
      begun.push({ command, since: performance.now() })
      at.progress({ done: begun.length - 1, of: scripts.length, unit: 'migrations', at: command })
    },
    migrations() {
      const end = performance.now()
      return begun.map(({ command, since }, index) => ({
        line: 1,
        command,
        locks: [],
        milliseconds: Math.round(((begun[index + 1]?.since ?? end) - since) * 10) / 10,
      }))
    },
  }
}
