import type { Words } from './process-pair.ts'
import { findProgram, type Environment } from './program-path.ts'

/**
 * Compresses its input, level 1: the file was 0.9 times as large as with pg_dump's own gzip. The checksum inside it lets
 * `zstd -t` judge it without us. The program `zstd` where it is installed; else a Node of its own, which took 2 s more of
 * processor time for 400 MB of rows, there and back. Never our own process: the buffers alone that 400 MB left to its
 * garbage collector cost 2 s, and they grow with all else that it keeps.
 */
export const zstd = async (environment: Environment): Promise<Words> => {
  const found = await findProgram('zstd', environment)
  return found
    ? [found, '-1', '--check', '--quiet', '--stdout']
    : throughNode(
        'createZstdCompress({ chunkSize, params: { [c.ZSTD_c_compressionLevel]: 1, [c.ZSTD_c_checksumFlag]: 1 } })',
      )
}

/** Unpacks its input. */
export const unzstd = async (environment: Environment): Promise<Words> => {
  const found = await findProgram('zstd', environment)
  return found
    ? [found, '--decompress', '--quiet', '--stdout']
    : throughNode('createZstdDecompress({ chunkSize })')
}

/** Where nobody takes its output any more it ends as by SIGPIPE, which Node does not let through: 128 + 13. */
const throughNode = (stream: string): Words => [
  process.execPath,
  '--eval',
  `const { constants: c, ${stream.split('(')[0]} } = require('node:zlib')
const chunkSize = ${1 << 18}
const input = require('node:fs').createReadStream('', { fd: 0, highWaterMark: chunkSize })
require('node:stream').pipeline(input, ${stream}, process.stdout, (error) => {
  process.exitCode = !error ? 0 : error.code === 'EPIPE' ? 141 : 1
})`,
]
