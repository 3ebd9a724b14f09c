import { z } from 'zod'
import {
  address,
  anyVariable,
  command,
  duration,
  mailAddress,
  user,
  userGroup,
  words,
} from './runbook-values.ts'

/** A URL of which all may be a secret. */
const place = z
  .string()
  .refine((written) => /^\{[A-Z][A-Z0-9_]*\}$/.test(written) || address.safeParse(written).success, {
    error: 'is neither an http or https URL nor {NAME} of an environment variable that holds one',
  })
  .meta({ examples: ['https://events.pagerduty.com/v2/enqueue'] })

const headers = z
  .record(z.string(), z.string())
  .default({})
  .describe('Values may hold {NAME} of an environment variable.')

const onCall = z
  .strictObject({
    command: command
      .optional()
      .describe(
        'Program and arguments that print it; no shell reads them. Starts in the runbook’s folder. Another exit code than 0: nobody knows.',
      ),
    environment: z
      .array(anyVariable)
      .default([])
      .describe('Environment variables that the program needs besides PATH and HOME.'),
    url: place.optional().describe('Or what answers a GET with it.'),
    headers,
    path: words
      .optional()
      .meta({ examples: ['oncalls.0.user.email'] })
      .describe('Where what is said is JSON: the place in it of one name, or of a list of them.'),
    within: duration.prefault('10s').describe('No answer by then: nobody knows.'),
  })
  .refine((given) => (given.command === undefined) !== (given.url === undefined), {
    error: 'names not one of `command` and `url`',
  })
  .describe(
    'Tells who is on call at that moment: Slack user ids (each is pinged by direct message) and e-mail addresses, a line each.',
  )

const request = z.strictObject({
  url: place.optional().describe('Where it goes elsewhere than the ping.'),
  json: z.json().describe('The body.'),
})

const webhook = z
  .strictObject({
    url: place.describe('Is sent a POST. May hold {NAME} and {name} as the body does, or be {NAME} alone.'),
    headers,
    json: z
      .json()
      .describe(
        'The body of a ping. {NAME} in capitals is an environment variable; {alarm}, {run}, {runbook}, {product}, {database}, {contact}, {reason}, {details}, {since} and {url} are about what happened.',
      ),
    acknowledge: request.optional().describe('Sent when somebody acknowledges.'),
    resolve: request.optional().describe('Sent when nobody is called any more.'),
    test: request
      .optional()
      .describe('Sent by `who RUNBOOK test`; without it a test leaves the webhook alone.'),
    within: duration.prefault('10s').describe('No answer by then: it is sent again.'),
  })
  .describe('Another pager, such as PagerDuty or Opsgenie: a path outside of Slack.')

export const contact = z
  .strictObject({
    role: words.describe('E.g. DBA on call.'),
    person: user.optional().describe('Slack user id: is pinged by direct message.'),
    group: userGroup
      .optional()
      .describe('Id of a Slack user group: each who is in it at that moment is pinged by direct message.'),
    onCall: onCall.optional(),
    email: mailAddress.optional().describe('E-mail address: is sent the ping too, where mail is configured.'),
    webhook: webhook.optional(),
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
