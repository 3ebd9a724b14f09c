import { approve, expectHrms, room, run, type Play } from './cast.ts'
import { moveNearer } from './schedule.ts'

const plan = /Plan [0-9A-Z]{4} · AddSecurityEnhancements/

/** The story of the runbook: planned, approved by two, moved nearer, run; a report is in the way, and is ended. */
export async function playMigration(play: Play): Promise<void> {
  const { asha, dan, mei, reads } = play
  await asha.type(room, '/migrate plan add-security-enhancements')
  await reads(plan)
  await approve(play, dan, plan)
  await approve(play, mei, plan)
  await moveNearer(play)
  await run(asha, plan, 'hrms_master')
  await reads(/HRMS is down since/)
  await asha.click(/^Choose…/, /still on/)
  await asha.submit(await asha.sees(/hrms_reporting/), { session: 'all' })
  await reads(/AddSecurityEnhancements is on hrms_master/)
  await expectHrms(play, 'after')
}
