import { expect, onTestFinished, test } from 'vitest'
import { ok } from '../../src/domain/result.ts'
import { makeLog } from '../../src/log.ts'
import { startClock } from '../../src/notices/clock.ts'
import { openNight, asha, mei } from './night.ts'

test('the clock pings by itself, and stops', async () => {
  const night = await openNight()
  onTestFinished(() => night.close())
  const driven = await night.start(mei.person)
  await night.ask(driven)
  const log = makeLog({ level: 'silent', redact: (text) => text })
  const clock = startClock(
    night.pool,
    log,
    {
      members: async () => [],
      quietOf: async () => null,
      onCall: async () => ok({ people: [], mail: [] }),
      mails: false,
      whyNot: async () => null,
      starts: async () => null,
    },
    { keep: { runs: 730, plans: 90, messages: 90, audit: '' }, runsFolder: '' },
    async () => {},
  )
  await expect
    .poll(() => night.happened(driven.run.id, 'alarm.pinged'))
    .toMatchObject([{ people: [asha.person] }])
  await clock.stop()
})
