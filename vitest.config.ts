import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    isolate: false,
    // Tests wait for servers and processes more than they compute.
    maxWorkers: 4,
    // A condition that is waited for ends a test late on a busy machine, never wrongly.
    expect: { poll: { timeout: 30_000, interval: 20 } },
    testTimeout: 60_000,
    hookTimeout: 90_000,
    reporters: ['default'],
  },
})
