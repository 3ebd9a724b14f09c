import { defineConfig } from 'vitest/config'
import shared from './vitest.config.ts'

/** `npm run chaos`: not among the tests, since it takes as long as it is given. */
export default defineConfig({
  test: { ...shared.test, include: ['test/chaos/chaos.test.ts'], exclude: [], testTimeout: 0 },
})
