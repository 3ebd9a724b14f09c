import type { Reporter, TestModule } from 'vitest/node'

/** Says at the end of a run how many tests were skipped, and what brings what they lack. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>()
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const missing = test.meta().missing ?? 'nobody knows what, test/needs.ts has to say it'
        counts.set(missing, (counts.get(missing) ?? 0) + 1)
      }
    if (counts.size > 0) console.log('\nSkipped, since this machine lacks:')
    for (const [missing, count] of counts) console.log(`${String(count).padStart(5)} × ${missing}`)
  }
}
