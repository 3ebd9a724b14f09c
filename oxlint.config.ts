import { defineConfig, type OxlintConfig } from 'oxlint'

/** The layers, highest first. A file may import from its own layer and from lower ones only. */
const order = [
  'src/main.ts',
  'src/bot.ts',
  'src/supervisor.ts',
  'src/slack',
  'src/mail',
  'src/cli',
  'commands',
  'src/notices',
  'src/deliveries',
  'src/runs',
  'src/steps',
  'src/plan',
  'src/engines',
  'src/adapters',
  'src/store',
  'src/access',
  'src/runbook',
  'src/when',
  'src/views',
  'src/templates',
  'src/domain',
  'src/log.ts',
  'src/outage.ts',
  'src/config.ts',
  'src/config-mail.ts',
  'src/config-keep.ts',
  'src/config-slack.ts',
  'src/yaml',
  'src/compile-cache.ts',
  'src/redaction',
  'src/alive.ts',
  'src/log-level.ts',
  'src/nearest.ts',
  'src/own-command.ts',
  'src/shell-line.ts',
  'src/visible.ts',
]

/** A library that only one place may import: what it is for is that place's subject. */
const only: Record<string, string> = {
  '@slack/bolt': 'src/slack',
  '@slack/socket-mode': 'src/slack',
  '@slack/web-api': 'src/slack',
  execa: 'src/adapters',
  'node-cron': 'src/notices',
  nodemailer: 'src/mail',
  'nodemailer/lib/mail-composer': 'src/mail',
  'nodemailer/lib/smtp-connection': 'src/mail',
  'ical-generator': 'src/mail',
  'libpg-query': 'src/engines',
  liquidjs: 'src/templates',
  'chrono-node/en': 'src/when',
  'temporal-polyfill': 'src/when',
  pino: 'src/log.ts',
}

const pattern = (place: string) => `**/${place.split('/').at(-1)}${place.endsWith('.ts') ? '' : '/**'}`

/** What files of a place must not import: libraries of other places, and all that lies above. */
function restricted(place: string, above: string[]): OxlintConfig['rules'] {
  const paths = Object.entries(only)
    .filter(([, where]) => where !== place)
    .map(([name, where]) => ({ name, message: `Only ${where} imports ${name}.` }))
  const loaded = {
    name: 'libpg-query',
    allowTypeImports: true,
    message: 'statements/parser.ts loads it, behind flags of V8: import its functions from there.',
  }
  const outside = {
    group: ['**/demo/**', '**/test/**'],
    message: 'The product does not import its demo or its tests.',
  }
  const upward = above.length ? [{ group: above.map(pattern), message: `${place} is below it.` }] : []
  return {
    'no-restricted-imports': [
      'error',
      { paths: place === 'src/engines' ? [...paths, loaded] : paths, patterns: [outside, ...upward] },
    ],
  }
}

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'promise'],
  jsPlugins: ['./lint/regular-expressions.ts'],
  options: { typeAware: true },
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    'max-lines': ['error', { max: 300 }],
    'no-console': 'error',
  },
  overrides: [
    ...order.map((place, i) => ({
      files: [place.endsWith('.ts') ? place : `${place}/**`],
      rules: restricted(place, order.slice(0, i)) ?? {},
    })),
    { files: ['src/**', 'commands/**'], rules: { 'regular-expressions/linear': 'error' } },
    { files: ['src/cli/**', 'demo/**', 'test/**'], rules: { 'no-console': 'off' } },
  ],
})
