import type { OnCallFault } from '../../domain/on-call.ts'
import type { Gone } from '../../domain/absence.ts'
import { bold, code, dayAndClock, person, say, type Line } from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { joined, listed, whom } from '../words/line.ts'
import { moment } from '../words/time.ts'
import { typed } from '../words/typed.ts'
import { again, type Wordings } from './wording.ts'

/** Whether those that a runbook calls can be reached, and may decide. */
export const reachProblems = {
  'on-call-unknown': ({ contact, why }) => ({
    what: say`Nobody knows who is on call for ${bold(contact)}: ${faultLine(why)}.`,
    means: say`When their turn comes, the step after them is pinged at once.`,
    next: say`Correct ${code('onCall')} of this contact in the runbook, or what answers it; then look again: ${typed('who')}.`,
  }),
  'pager-slack-only': ({ runbook, phones }) => ({
    what: say`Slack is the only way on which ${bold(runbook)} calls anybody.`,
    means: say`While Slack is away nobody is woken.${
      phones.length ? say` Of ${listed(phones)} telephone numbers are there: only people can call them.` : ''
    }`,
    next: say`Give a contact of the escalation a ${code('webhook')}, an ${code('onCall')} that tells e-mail addresses, or an ${code('email')} and set ${code('SMTP_URL')}; ${again}.`,
  }),
  'contact-gone': ({ contact, person: who, why }) => ({
    what: say`${person(who)}, whom the escalation calls as ${bold(contact)}, ${goneWords[why]}.`,
    means: say`A ping of theirs reaches nobody.`,
    next: say`Name somebody else in the runbook’s ${code('contacts')}, ${again}.`,
  }),
  'contact-group-empty': ({ contact, group }) => ({
    what: say`User group ${code(group)}, which the escalation calls as ${bold(contact)}, has nobody in it.`,
    means: say`When their turn comes, the step after them is pinged at once.`,
    next: say`Put people into the group, or name somebody else in the runbook’s ${code('contacts')}.`,
  }),
  'contact-undecided': ({ contact, people }) => ({
    what: say`${listed(people.map((each) => person(each)))}, whom the escalation calls as ${bold(contact)}, may not decide.`,
    means: say`They would be woken, and could only wake somebody else.`,
    next: say`List them under ${{ role: 'migration-operators' }} in lockkeeper.yml, or mark the contact ${code('informed: true')}, if it is told only.`,
  }),
  'contact-paused': ({ at, planned, paused }) => ({
    what: say`Notifications are paused ${planned ? say`at ${dayAndClock(at)}, when this is to run` : 'now'}: ${joined(
      paused.map(
        ({ contact, person: who, from, until }) =>
          say`${person(who)} (${contact}) from ${moment(from, at)} to ${moment(until, at)}`,
      ),
      '; ',
    )}.`,
    means: say`A direct message wakes ${counted(paused.length, 'person', 'people')} less.`,
    next: say`Ask them to let Lockkeeper through (Slack: Preferences, Notifications), or reach them on another way: ${code('phone')}, ${code('webhook')}.`,
  }),
  'tested-lately': ({ runbook, by, at }) => ({
    what: say`${whom(by)} tried at ${moment(at, at)} who can be reached for ${bold(runbook)}.`,
    means: say`Nobody was pinged again.`,
    next: say`See who answered in the channel. To try again all the same: ${typed(`who ${runbook} test`)}.`,
  }),
} satisfies Partial<Wordings>

const goneWords: Record<Gone, string> = {
  deleted: 'has left the workspace',
  stranger: 'belongs to another organisation',
  guest: 'is a guest of the workspace, who may not use Lockkeeper',
  bot: 'is a bot',
  'other-workspace': 'is of another workspace',
}

/** Why nobody knows who is on call, as the end of a sentence. */
export function faultLine(why: OnCallFault): Line {
  switch (why.is) {
    case 'ended':
      return [
        why.exitCode === null
          ? `the command was ended by ${why.signal ?? 'a signal'}`
          : `the command ended with exit code ${why.exitCode}`,
      ]
    case 'late':
      return [`no answer within ${why.seconds} s`]
    case 'answered':
      return [/^\d+$/.test(why.saw) ? `it answered ${why.saw}` : why.saw]
    case 'unset':
      return say`${code(why.variable)} is not set`
    case 'nobody':
      return ['nobody is named']
    case 'unread':
      return ['what it says is neither a Slack user id nor an e-mail address']
  }
}
