import type { Alarm } from '../../domain/escalation.ts'
import type { Event, Pinged } from '../../domain/event.ts'
import type { Instant } from '../../domain/json.ts'
import type { ReachTest } from '../../domain/reach-test.ts'
import type { WebhookValues } from '../../domain/webhook.ts'
import { pingView, reasonLine, type Calling } from './call.ts'
import { clipped } from '../words/line.ts'
import { lineText, plainText } from '../words/plain.ts'
import { testPing } from './reach-test.ts'

/** Characters of `{reason}`: Opsgenie takes 130 as an alert's message, and people put something before it. */
const longestReason = 100

export interface Paging {
  /** The contact's role. */
  contact: string
  /** Where Slack shows it; empty: nowhere yet. */
  url: string
}

/** What another pager is told of a ping. Times are UTC, people are Slack user ids. */
export function pageValues(
  event: Event & Pinged,
  alarm: Alarm,
  pings: readonly (Event & Pinged)[],
  calling: Calling,
  { contact, url, now }: Paging & { now: Instant },
): WebhookValues {
  const { runbook } = calling.run.plan.approved
  return {
    alarm: alarm.id,
    run: calling.run.id,
    runbook: runbook.name,
    product: runbook.product,
    database: runbook.target.database,
    contact,
    reason: clipped(lineText(reasonLine(event, alarm, calling)), longestReason),
    details: plainText(pingView(event, alarm, pings, calling, now, contact)),
    since: alarm.openedAt,
    url,
  }
}

/** The same of a test of who is reached. */
export function testPageValues(test: ReachTest, { contact, url }: Paging): WebhookValues {
  const view = testPing(test, contact)
  return {
    alarm: `test/${test.id}`,
    run: '',
    runbook: test.runbook.name,
    product: test.runbook.product,
    database: test.runbook.target.database,
    contact,
    reason: clipped(lineText(view.state), longestReason),
    details: plainText(view),
    since: test.at,
    url,
  }
}
