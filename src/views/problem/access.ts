import { code, say } from '../../domain/view.ts'
import { changesLine, runbookDiffers } from '../words/access.ts'
import { anyOf, listed, whom } from '../words/line.ts'
import { moment } from '../words/time.ts'
import { typed } from '../words/typed.ts'
import { untoldMeans, untoldNext } from './untold.ts'
import type { Wordings } from './wording.ts'

/** Who somebody is in a terminal, and by which rules. */
export const accessProblems = {
  'terminal-user-unknown': ({ user, file }) => ({
    what: say`Lockkeeper does not know who ${code(user)} is.`,
    means: say`In the terminal you act as the same person as in Slack.`,
    next: say`Add ${code(`${user}: YOUR-SLACK-ID`)} under ${code('terminal')} in ${code(file)}, and start the bot again.`,
  }),
  'access-rules-missing': () => ({
    what: say`No bot has recorded yet who may do what.`,
    means: say`The terminal goes by the roles that the bot recorded when it started. Nothing was done.`,
    next: say`Start the bot, then try again.`,
  }),
  'access-rules-differ': ({ file, recorded, changes }) => ({
    what: say`The roles or terminal users of ${code(file)} are not the recorded ones: ${changesLine(changes)}.`,
    means: say`Those that the bot on ${code(recorded.host)} recorded ${moment(recorded.at)} are in force, from ${code(recorded.file)}. Nothing was done, and the channels of all runbooks were told.`,
    next: say`Use the bot’s file (${code('LOCKKEEPER_CONFIG')}), or start the bot again with this one.`,
  }),
  'runbook-differs': ({ runbook, file, differs, recorded }) => ({
    what: recorded
      ? say`Runbook ${code(runbook)} in ${code(file)} is not the one that the bot reads: it ${runbookDiffers(differs)}.`
      : say`No bot reads a runbook ${code(runbook)}; yours is ${code(file)}.`,
    means: recorded
      ? say`The bot on ${code(recorded.host)} reads ${code(recorded.file)} (read ${moment(recorded.at)}). Nothing was done.`
      : say`Nothing was done.`,
    next: say`Use the bot’s folder of runbooks, or change it there: a bot that is at work reads a file within seconds after it was written, once it has no faults.`,
  }),
  'reading-refused': ({ roles, people, untold }) => ({
    what: say`Plans and runs can be read with ${roles.length > 1 ? 'one of these roles' : 'this role'}: ${listed(
      roles.map((role) => ({ role })),
      'or',
    )}.`,
    means: say`You have none of them. Nothing was shown or done.${untold ? say` ${untoldMeans(untold)}` : []}`,
    next: say`Ask ${anyOf(people, 'an operator')} to add you to a role in lockkeeper.yml.${untold ? untoldNext(untold) : []}`,
  }),
  'approval-same-account': ({ plan, user, host, person, as }) => ({
    what: say`Plan ${plan} was ${as} by ${whom(person)} from this operating-system user or login (${code(user)} on ${code(host)}).`,
    means: say`An approval is another person’s. Nothing was recorded.`,
    next: say`Approve in Slack, or log in as yourself: ${typed(`approve ${plan}`)}.`,
  }),
} satisfies Partial<Wordings>
