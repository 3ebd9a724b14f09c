import type { Untold } from '../../domain/problem.ts'
import { code, say, type Line } from '../../domain/view.ts'
import { codes } from '../words/line.ts'

/** Why somebody who is in a user group that has a role is refused all the same. */
export const untoldMeans = ({ groups, why }: Untold): Line =>
  say`Who is in user group ${codes(groups)} may too, but ${
    why === 'no-slack'
      ? 'nobody here knows who that is: Slack is not configured in this terminal'
      : 'Slack does not tell now who that is'
  }.`

/** What such a person does instead. */
export const untoldNext = ({ why }: Untold): Line =>
  say` If you are in it: ${
    why === 'no-slack' ? 'do it in Slack, set the bot’s SLACK_ variables here too' : 'try again in a minute'
  }, or have your Slack user id listed under ${code('people')} of that role in lockkeeper.yml.`
