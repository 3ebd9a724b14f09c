import type { Outputs } from '../../src/adapters/output.ts'

/** For programs whose words nobody keeps: outside of a run. */
export const unread: Outputs['of'] = () => ({ line() {}, last: () => '' })
