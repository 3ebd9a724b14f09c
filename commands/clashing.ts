import { targetAddress } from '../src/adapters/postgres/target-address.ts'
import { overlap, type Schedule, type Window } from '../src/domain/schedule.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import type { Clash } from '../src/views/schedule/clashes.ts'
import type { House } from './command.ts'

/** Which of these share a moment with a window of a runbook, those that share most with it first. */
export function clashesOf(
  { runbook, window }: { runbook: Runbook; window: Window },
  others: readonly Pick<Schedule, 'runbook' | 'window'>[],
  environment: House['environment'],
): Clash[] {
  const clashes = others
    .filter((other) => other.runbook.name !== runbook.name && overlap(other.window, window))
    .map(({ runbook: other, window: its }): Clash => {
      const same = isSameTarget(other, runbook, environment)
      return {
        runbook: other,
        window: its,
        shares: same ? 'target' : other.product === runbook.product ? 'product' : 'time',
      }
    })
  return (['target', 'product', 'time'] as const).flatMap((shares) =>
    clashes.filter((clash) => clash.shares === shares),
  )
}

/** As far as their URLs tell: a server may have many names. */
export function isSameTarget(
  { target: one }: Pick<Runbook, 'target'>,
  { target: other }: Pick<Runbook, 'target'>,
  environment: House['environment'],
): boolean {
  if (one.database !== other.database) return false
  if (one.url === other.url) return true
  const [here, there] = [one, other].map(({ url, database }) => targetAddress(url, database, environment))
  return Boolean(here?.ok && there?.ok && here.value.host === there.value.host)
}
