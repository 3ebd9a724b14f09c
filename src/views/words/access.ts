import type { AccessChange } from '../../domain/access-rules.ts'
import { code, say, type Inline, type Line } from '../../domain/view.ts'
import { firstOf, joined, listed, whom } from './line.ts'

const changesShown = 10

/** A Slack user, or a user group by its id. */
const member = (id: string): Inline => (id.startsWith('S') ? code(id) : whom(id))

/** What two rules of who may do what differ in: `cto: + @mei, − @dan; operating-system user dan is @dan`. */
export const changesLine = (changes: readonly AccessChange[]): Line =>
  firstOf(changes.map(changeLine), changesShown, '; ')

/** In what a terminal's runbook is another one than the bot's. */
export function runbookDiffers(differs: readonly string[]): Line {
  if (differs.length === 0) return ['is read by no bot']
  if (differs[0] === 'file') return ['has the same text in another folder']
  return say`differs in ${listed(differs.map((key) => code(key)))}`
}

function changeLine(change: AccessChange): Line {
  if ('readers' in change) return say`readers: ${listed(change.readers.map((role) => code(role)))}`
  if ('slack' in change) {
    const { from, to } = change.slack
    return say`${code('SLACK_API_URL')}: ${code(to ?? 'Slack')}, was ${code(from ?? 'Slack')}`
  }
  if ('runbook' in change) return say`runbook ${code(change.runbook)} ${runbookDiffers(change.differs)}`
  if ('role' in change) {
    const { role, gained, lost } = change
    const members = [...gained.map((id) => say`+ ${member(id)}`), ...lost.map((id) => say`− ${member(id)}`)]
    return say`${code(role)}: ${joined(members)}`
  }
  const { user, from, to } = change
  if (to === null) return say`operating-system user ${code(user)} is nobody, was ${whom(from ?? '')}`
  return say`operating-system user ${code(user)} is ${whom(to)}${from === null ? '' : say`, was ${whom(from)}`}`
}
