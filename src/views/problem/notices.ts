import { bold, code, person, say, type Line } from '../../domain/view.ts'
import type { Problems } from '../../domain/problem.ts'
import { counted } from '../words/amounts.ts'
import { listed } from '../words/line.ts'
import type { Wordings } from './wording.ts'

/** Who is told of a migration, and who would not be. */
export const noticeProblems = {
  'audience-channel': ({ channel, audiences, state }) => ({
    what: {
      'not-in': say`Lockkeeper is not in ${{ channel }}.`,
      archived: say`${{ channel }} is archived.`,
      unknown: say`There is no channel ${{ channel }} that Lockkeeper could see: its name is another one, or it is private and Lockkeeper is not in it.`,
      shared: say`${{ channel }} is shared with another organisation.`,
    }[state],
    means: audiences.length
      ? say`${named(audiences)} would not be told there.`
      : say`Nobody would see a message about this migration.`,
    next: {
      'not-in': say`Invite it there: ${code('/invite @lockkeeper')}.`,
      archived: say`Name another channel in the runbook, or unarchive it and invite Lockkeeper.`,
      unknown: say`Correct it in the runbook, or invite Lockkeeper there: ${code('/invite @lockkeeper')}.`,
      shared: say`Name another channel in the runbook. Lockkeeper posts nothing in shared channels.`,
    }[state],
  }),
  'audience-group-empty': ({ group, audiences }) => ({
    what: say`Nobody is in user group ${code(group)}.`,
    means: say`${named(audiences)} would not be told through it.`,
    next: say`Put people into it before the first notice, or name others in the runbook’s audiences.`,
  }),
  'audience-gone': ({ person: who, audiences, why }) => ({
    what: say`${person(who)} ${gone[why]}.`,
    means: say`As one of ${named(audiences)} they would not be told.`,
    next: say`Name somebody else in the runbook’s audiences, or nobody.`,
  }),
  'audience-mail': ({ audiences, addresses }) => ({
    what: say`${named(audiences)} would be told by e-mail, and no mail server is configured.`,
    means: say`${counted(addresses, 'address is', 'addresses are')} told nothing.`,
    next: say`Set ${code('SMTP_URL')}, and ${code('mail.from')} in lockkeeper.yml; or tell them yourself.`,
  }),
  'audience-unseen': ({ channels, groups }) => ({
    what: say`Nobody here can tell whether ${listed([
      ...channels.map((channel) => ({ channel })),
      ...groups.map((group) => say`user group ${code(group)}`),
    ])} can be reached.`,
    means: say`Slack is not configured here, or does not answer.`,
    next: say`Plan again when it does, or look yourself: the notices go there.`,
  }),
} satisfies Partial<Wordings>

const named = (audiences: readonly string[]): Line => listed(audiences.map((name): Line => [bold(name)]))

const gone: Record<Problems['audience-gone']['why'], string> = {
  deleted: 'has left the workspace',
  stranger: 'belongs to another organisation',
  guest: 'is a guest of the workspace',
  bot: 'is a bot',
  'other-workspace': 'is of another workspace',
}
