import type { Address, PagerAddress } from '../domain/delivery.ts'
import type { Instant } from '../domain/json.ts'
import {
  bold,
  clock,
  code,
  person,
  say,
  text,
  type Inline,
  type Line,
  type Part,
  type View,
} from '../domain/view.ts'
import { counted } from './words/amounts.ts'
import { joined } from './words/line.ts'
import { typedInTerminal } from './words/typed.ts'

/** Messages that did not get through to one place. */
export interface Undelivered {
  to: Address | PagerAddress
  /** Slack's code, an errno code, or our own; null: nothing was tried. */
  error: string | null
  since: Instant
  count: number
  /** Runs whose break-glass card is among them. */
  cards: readonly string[]
}

interface Cause {
  why: Line
  next: Line
}

const invite = code('/invite @lockkeeper')

/** What people can mend. */
const causes: Record<string, (place: Inline) => Cause> = {
  not_in_channel: (place) => ({
    why: say`Lockkeeper is not in ${place}.`,
    next: say`Type ${invite} in ${place}.`,
  }),
  channel_not_found: (place) => ({
    why: say`Lockkeeper sees no channel ${place}: it does not exist, or it is private and Lockkeeper is not in it.`,
    next: say`Type ${invite} in ${place}, or correct the name in the runbook.`,
  }),
  is_archived: (place) => ({
    why: say`${place} is archived.`,
    next: say`Unarchive it and type ${invite} there, or name another channel in the runbook.`,
  }),
  channel_is_shared: (place) => ({
    why: say`${place} is shared with another organisation.`,
    next: say`Name another channel in the runbook, or stop sharing ${place}.`,
  }),
  too_many_channels: (place) => ({
    why: say`The workspace has too many channels to find ${place} by its name.`,
    next: say`Write the id of the channel (C…) in the runbook.`,
  }),
  messages_tab_disabled: () => ({
    why: say`Direct messages to Lockkeeper’s app are switched off.`,
    next: say`Switch on its messages tab in the app’s settings.`,
  }),
}

/** `needed`: as Slack names it; empty: it did not. */
const missingScope = (needed: string): Cause => ({
  why: needed
    ? say`Lockkeeper’s app is installed without the scope ${code(needed)}.`
    : say`Lockkeeper’s app lacks a scope in Slack.`,
  next: say`At https://api.slack.com/apps, open the app, replace its manifest with ${code('manifest.yml')} and choose “Reinstall to Workspace”.`,
})

const byToken = [
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'not_allowed_token_type',
  'org_login_required',
  'ekm_access_denied',
  'accesslimited',
  'team_access_not_granted',
]

/** Why messages do not get through, and what brings them through. */
export function causeOf(error: string | null, to: Address | PagerAddress): Cause {
  const place = placeOf(to)
  if (error && /^missing_scope\b/.test(error)) return missingScope(error.slice('missing_scope '.length))
  const known = causes[error ?? '']
  if (known) return known(place)
  if (error && byToken.includes(error))
    return {
      why: say`Slack does not accept Lockkeeper’s token (${code(error)}).`,
      next: say`Set a valid ${code('SLACK_BOT_TOKEN')} and start Lockkeeper again.`,
    }
  if (error?.startsWith('restricted_action'))
    return {
      why: say`Lockkeeper may not write in ${place} (${code(error)}).`,
      next: say`Let the app post there in the channel’s settings.`,
    }
  if ('mail' in to || 'pager' in to)
    return {
      why: say`It does not get through to ${place}${error ? say` (${code(error)})` : ''}.`,
      next: say`Lockkeeper tries again.`,
    }
  return {
    why: error ? say`Slack does not answer (${code(error)}).` : say`Slack has not taken them yet.`,
    next: say`Lockkeeper tries again until it does.`,
  }
}

/** What waits in a channel, to those whom it is about. Null: nothing does any more, and it says so. */
export function undeliveredView(channel: string, waiting: Undelivered | null): View {
  const place: Inline = { channel }
  if (!waiting)
    return {
      state: say`${bold('Delivered.')} All messages that waited for ${place} are there. Nothing to do here`,
      parts: [],
      actions: [],
    }
  const { why, next } = causeOf(waiting.error, waiting.to)
  return {
    state: say`${bold('Not delivered:')} ${messages(waiting)} for ${place} since ${clock(waiting.since)}`,
    parts: [
      text(why),
      ...waiting.cards.map((run) => text(cardLine(run))),
      text(say`${next} Then they are sent at once, in order.`),
    ],
    actions: [],
  }
}

const cardLine = (run: string): Line =>
  say`${bold(`The break-glass card of run ${run} is among them.`)} See how the run stands: ${typedInTerminal(`status ${run}`)}.`

/** For a terminal and for `status`: a line a place. */
export function undeliveredParts(all: readonly Undelivered[]): Part[] {
  if (all.length === 0) return []
  return [
    text(say`${bold('Undelivered:')}`),
    {
      part: 'list',
      numbered: false,
      items: all.map((waiting) => {
        const { why, next } = causeOf(waiting.error, waiting.to)
        const cards = waiting.cards.length
          ? say`, the break-glass card of ${waiting.cards.length === 1 ? 'run' : 'runs'} ${waiting.cards.join(', ')} among them`
          : []
        return say`${messages(waiting)} for ${placeOf(waiting.to)} since ${clock(waiting.since)}${cards}. ${joined([why, next], ' ')}`
      }),
    },
  ]
}

const messages = ({ count }: Undelivered): string => counted(count, 'message')

const placeOf = (to: Address | PagerAddress): Inline =>
  'mail' in to
    ? to.mail
    : 'pager' in to
      ? to.pager
      : 'person' in to
        ? person(to.person)
        : { channel: to.channel }
