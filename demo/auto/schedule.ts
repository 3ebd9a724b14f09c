import { room, type Play } from './cast.ts'
import { expectNews } from './told.ts'

const runbook = 'add-security-enhancements'

/** Its window is agreed on and read back; who the runbook names is told, in Slack and by letter. */
export async function playSchedule(play: Play): Promise<void> {
  const { asha } = play
  await asha.type(room, `/migrate schedule ${runbook} in 2 hours`)
  await asha.submit(await asha.sees(/HRMS is out/), {})
  await expectNews(play, 'announced', stakeholders)
  await asha.type(room, `/migrate who ${runbook}`)
  await asha.reads(/Pinged while nobody answers/)
}

/** Nothing is stopped before the time that users were told: all are here, so it is moved to now. */
export async function moveNearer(play: Play): Promise<void> {
  const { asha } = play
  await asha.type(room, `/migrate schedule ${runbook} now`)
  await asha.submit(await asha.sees(/Move the schedule/), {})
  await expectNews(play, 'moved', stakeholders)
  await expectNews(play, 'soon', users)
}

/** Whom the runbook tells days before. Support is told of an hour before in the same moment, which may overtake that it moved. */
const stakeholders = [
  '#general',
  '#operations',
  '@dan',
  '@mei',
  'cto@morishr.com',
  'ceo@morishr.com',
  'devops@morishr.com',
]
const users = ['#hrms-news', 'support@morishr.com']
