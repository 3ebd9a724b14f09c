import { WebAPIPlatformError, type WebClient } from '@slack/web-api'
import type { Part, View } from '../domain/view.ts'
import type { Log } from '../log.ts'
import { drawMessage } from './blocks.ts'
import { faultOf } from './faults.ts'
import type { GroupsOfRole } from './line.ts'

const moment = '2026-01-01T03:00:00.000Z'
const long = 'A sentence as a finding has it, with a name and a number: 4,242 rows. '.repeat(20)

const parts: Part[] = [
  { part: 'note', line: ['from ', { time: moment, as: 'day and clock' }] },
  { part: 'text', line: [{ bold: 'bold' }, ' ', { italic: 'italic' }, ' ', { code: 'code' }, ' ', long] },
  { part: 'rows', rows: [{ word: 'Done', line: ['Backup'] }] },
  {
    part: 'list',
    numbered: true,
    items: [[long], [{ person: 'U0LOCKKEEPER' }], [{ channel: 'C0LOCKKEEPER' }]],
  },
  { part: 'code', text: long },
]

/** Everything that a message of ours is built of, at the sizes at which it is cut. */
const everything: View = {
  state: [{ bold: 'HRMS is down' }, ' since ', { time: moment, as: 'clock' }, '. ', long],
  parts: [...parts, ...parts, ...parts],
  actions: Array.from({ length: 6 }, (_, i) => ({
    label: i ? `Choice ${i}` : 'Roll back',
    says: 'Takes the migration back, then lets users in',
    command: 'answer',
    input: {},
    ...(i === 0 && { style: 'danger' as const }),
  })),
}

/**
 * Asks Slack's own validator about a message that has all of our blocks: https://docs.slack.dev/reference/methods/blocks.validate.
 * What it says is for us; messages are sent all the same, as text alone where Slack refuses them.
 */
export async function checkBlocksOf(client: WebClient, groups: GroupsOfRole, log: Log): Promise<void> {
  const nonces = everything.actions.map((_, i) => `nonce-${i}`)
  const { blocks } = drawMessage(everything, { nonces, groups })
  try {
    await client.blocks.validate({ message: { blocks } })
  } catch (error) {
    const fault = faultOf(error)
    if (fault.error !== 'invalid_blocks' && fault.error !== 'invalid_message')
      return log.debug({ error: fault.error }, 'Slack does not tell whether it takes our blocks')
    const errors = error instanceof WebAPIPlatformError && 'errors' in error.data ? error.data.errors : []
    log.error(
      { code: 'slack-blocks', error: fault.error, errors },
      'Slack does not take messages as this release builds them; it gets text alone. Please report this',
    )
  }
}
