import path from 'node:path'
import { tmpdir } from 'node:os'
import pg from 'pg'
import pino from 'pino'
import { connectStore } from '../../src/store/connect.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { startWorker } from '../../src/runs/worker.ts'
import { scriptedKinds } from './scripted-kinds.ts'

/**
 * A bot without Slack, in a process of its own that dies where it is told: at statement `at` that it sends to its own
 * database, `before` it is sent or `after` its answer; or at random points of steps. One that is `called` drives runs from
 * each `drive` to the next `rest`.
 */
const [storeUrl = '', targets = '{}', mode = 'calm', given = '0'] = process.argv.slice(2)
const die = (): void => void process.kill(process.pid, 'SIGKILL')

if (mode === 'before' || mode === 'after') {
  let sent = 0
  const original = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    if (this.database !== new URL(storeUrl).pathname.slice(1) || ++sent !== Number(given))
      return original.apply(this, args)
    if (mode === 'before') die()
    const callback = args.at(-1)
    if (typeof callback === 'function') return original.apply(this, [...args.slice(0, -1), die])
    return (original.apply(this, args) as Promise<unknown>).then(die)
  } as never
}

let random = Number(given)
const chance = (): number => (random = (random * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
const crash = (point: string): void => {
  if (mode === 'at' && point === given) die()
  if (mode === 'crashy' && chance() < 0.03) die()
}

const pool = connectStore(storeUrl, 6)
const work = () =>
  startWorker({
    url: storeUrl,
    pool,
    kinds: scriptedKinds(crash),
    config: {
      databaseUrl: storeUrl,
      folder: path.join(tmpdir(), 'lockkeeper-recovery'),
      runbooks: '',
      backups: '',
      slack: null,
      mail: null,
      roles: {},
      readers: [],
      terminal: {},
      keep: { runs: 730, plans: 90, messages: 90, audit: '' },
      command: 'lockkeeper',
      file: '',
    },
    environment: JSON.parse(targets) as Record<string, string>,
    secrets: makeSecrets([], {}),
    log: pino({ level: process.env['DEBUG_BOT'] ?? 'silent' }),
    onShow() {},
    onLost: () => process.exit(70),
    onOutdated: () => process.exit(70),
  })
let worker = mode === 'called' ? null : work()
const rest = async (): Promise<void> => {
  await (await worker)?.stop()
}
process.on('message', (told) => {
  if (told === 'drive') worker = work()
  const over = told === 'rest' ? rest() : worker
  void Promise.resolve(over).then(() => process.send?.(told))
})
await worker
process.send?.('up')
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => void rest().then(() => process.exit(0)))
