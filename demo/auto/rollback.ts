import { approve, expectHrms, run, type Play } from './cast.ts'

const plan = /Plan [0-9A-Z]{4} · Rollback/i

/** More than employees can sign in while the demo plays. */
const accepted = '5000'

/** Users are in and write what the old schema has no place for: the way back has a loss, which somebody accepts. */
export async function playRollback(play: Play): Promise<void> {
  const { asha, dan, mei, reads } = play
  await asha.click(/^Roll back…/, /AddSecurityEnhancements/)
  await asha.submit(await asha.sees(/lose/), { loss: accepted })
  await reads(plan)
  await approve(play, dan, plan)
  await approve(play, mei, plan)
  await run(asha, plan, 'hrms_master')
  await reads(/AddSecurityEnhancements is no longer on hrms_master/)
  await expectHrms(play, 'before')
}
