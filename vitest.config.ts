import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    isolate: false,
    // Tests wait for servers and processes more than they compute.
    maxWorkers: 4,
    // A condition that is waited for ends a test late on a busy machine, never wrongly.
    expect: { poll: { timeout: 15_000, interval: 20 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
})
