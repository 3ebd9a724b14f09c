import { defineConfig } from 'vitest/config'
import { hangs } from './test/hangs.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/chaos/**'],
    globalSetup: 'test/global-setup.ts',
    isolate: false,
    // Tests wait for servers and processes more than they compute.
    maxWorkers: 4,
    // Limits are for what hangs: a busy machine ends a test late, never wrongly.
    expect: { poll: { timeout: hangs, interval: 20 } },
    testTimeout: 4 * hangs,
    hookTimeout: 4 * hangs,
    reporters: ['default', './test/skipped-reporter.ts'],
  },
})
