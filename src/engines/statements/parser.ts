import { setFlagsFromString } from 'node:v8'

/**
 * V8 optimises WebAssembly in the background once it is used much. For the one huge function of PostgreSQL's grammar that
 * takes 600 MB for a second, in every run right before its window, and parsing gets no faster by it. Both flags are
 * needed: V8 reads what follows from a flag (`--liftoff-only`) only when a process starts, and no start of ours, by npx,
 * by an image or by a test, is to depend on an option of Node. The parser is compiled when its package is evaluated, so it
 * is imported here, behind the flags; a static import would come before them.
 */
setFlagsFromString('--no-wasm-tier-up')
setFlagsFromString('--no-wasm-dynamic-tiering')
// oxlint-disable-next-line no-restricted-imports -- this is the place
const parser = await import('libpg-query')
await parser.loadModule()

export const { hasSqlDetails, parseSync, parsePlPgSQLSync, scanSync } = parser
