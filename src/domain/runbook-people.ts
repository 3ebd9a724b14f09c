import { z } from 'zod'
import { duration, mailAddress, user, userGroup, words } from './runbook-values.ts'

export const contact = z
  .strictObject({
    role: words.describe('E.g. DBA on call.'),
    person: user.optional().describe('Slack user id: is pinged by direct message.'),
    group: userGroup
      .optional()
      .describe('Id of a Slack user group: each who is in it at that moment is pinged by direct message.'),
    email: mailAddress.optional().describe('E-mail address, for people to use.'),
    phone: words.optional().describe('Telephone number, for people to use.'),
    when: words.optional().describe('Only then, e.g. critical business impact.'),
    informed: z
      .boolean()
      .prefault(false)
      .describe('Is told, and does not decide: may be pinged without being an operator.'),
  })
  .describe('Somebody to call.')

export const escalationStep = z
  .strictObject({
    contact: words.describe('The role of one of the contacts.'),
    after: duration
      .optional()
      .describe('Since the trouble began. Without it only the other times of this step count.'),
    whileOut: duration.optional().describe('Instead of `after`, while users are out.'),
    whenCritical: duration
      .optional()
      .describe('When somebody calls for help and says that it is critical business impact.'),
  })
  .describe('Somebody to ping, and when.')
