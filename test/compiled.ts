import { tmpdir } from 'node:os'
import path from 'node:path'

/** For the hundreds of processes that tests start from source: each module is compiled once. */
export const compiled = { NODE_COMPILE_CACHE: path.join(tmpdir(), 'lockkeeper-compile-cache') }
