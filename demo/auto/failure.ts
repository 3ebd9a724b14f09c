import { approve, ask, expect, room, run, type Play } from './cast.ts'

const plan = /Plan [0-9A-Z]{4} · UniquePayslipNumbers/

/** A migration that fails halfway, because two payslips carry one number: the gate, and the way back. */
export async function playFailure(play: Play): Promise<void> {
  const { asha, dan, reads, stage } = play
  await asha.type(room, '/migrate plan unique-payslip-numbers')
  await reads(plan)
  await approve(play, dan, plan)
  await run(asha, plan, 'payroll')
  await reads(/Stopped at Migrate[^]*unique_violation/)
  await asha.click(/^Go back…/, /Stopped at Migrate/)
  await asha.submit(await asha.sees(/Go back/), {})
  await reads(/Nothing was migrated: payroll is as before/)
  const health = await ask(stage.payrollUrl)
  expect('Payroll is healthy', health.status === 200, health)
  play.say('\n✓ Payroll is healthy, its database as before.')
}
