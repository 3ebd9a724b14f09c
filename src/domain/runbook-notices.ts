import { z } from 'zod'
import { channel, mailAddress, user, userGroup, words } from './runbook-values.ts'

export const timeZone = z
  .string()
  .refine((name) => Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC', {
    error: 'is not a time zone: its name in the IANA list, e.g. Indian/Mauritius',
  })
  .prefault('UTC')
  .meta({ examples: ['Indian/Mauritius'] })
  .describe('Where its times are meant: what `schedule` reads without a zone, and what notices say.')

export const timeZoneName = words
  .max(6, 'is longer than 6 characters')
  .optional()
  .meta({ examples: ['MUT'] })
  .describe(
    'How people there call the zone. Without it: as the zone is called in English, e.g. CET or GMT+4.',
  )

export const audience = z
  .strictObject({
    channels: z.array(channel).default([]).describe('Slack channels; the bot is a member of each.'),
    people: z.array(user).default([]).describe('Slack user ids: each gets a direct message.'),
    groups: z
      .array(userGroup)
      .default([])
      .describe('Ids of Slack user groups: who is in one at that moment gets a direct message.'),
    mail: z.array(mailAddress).default([]).describe('E-mail addresses.'),
  })
  .refine((to) => to.channels.length + to.people.length + to.groups.length + to.mail.length > 0, {
    error: 'has nobody',
  })
  .describe('People who are told the same.')

export const notice = z
  .strictObject({
    at: z
      .string()
      .regex(/^(-\d+(m|h|d)|start|end)$/, 'is not a time: `-72h` before the start, `start` or `end`')
      .meta({ examples: ['-24h'] })
      .describe('Before the start (`-72h`), at the `start`, or at the `end`.'),
    to: z.array(words).min(1, 'names nobody').describe('Who gets it: names of audiences.'),
    subject: words.describe('Its first line.'),
    text: words.describe('For people who do not know what a migration is: when, how long, what to do.'),
  })
  .describe('An announcement.')
