import { tmpdir } from 'node:os'
import type pg from 'pg'
import { makeSecrets } from '../src/runbook/secrets.ts'
import { makeLog } from '../src/log.ts'
import type { WorkerOptions } from '../src/runs/worker.ts'
import type { StepKinds } from '../src/steps/step-kind.ts'

/** A worker's, with its own store and steps, and nobody to show anything to. */
export function surroundings(given: {
  url: string
  pool: pg.Pool
  kinds: StepKinds
  targets: Record<string, string>
}): WorkerOptions {
  const { url, pool, kinds, targets } = given
  return {
    url,
    pool,
    kinds,
    config: {
      databaseUrl: url,
      folder: tmpdir(),
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
    environment: targets,
    secrets: makeSecrets([], {}),
    log: makeLog({ level: 'warn', redact: (text) => text }),
    onShow() {},
    onLost() {},
    onOutdated() {},
  }
}
