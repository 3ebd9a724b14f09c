import { z } from 'zod'
import { channel, mailAddress, user, userGroup, words } from './runbook-values.ts'

/** Whether it is in the IANA list, by this name or another: Asia/Kolkata is Asia/Calcutta, too. No abbreviations. */
function isZone(name: string): boolean {
  if (name !== 'UTC' && !/^[A-Z]\w*\//.test(name)) return false
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

export const timeZone = z
  .string()
  .refine(isZone, { error: 'is not a time zone: its name in the IANA list, e.g. Indian/Mauritius' })
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
      .regex(
        /^(-[1-9]\d*[mhd]|start|end|moved|called-off|overrun|unchanged)$/,
        'is not a time: `-72h` before the start, `start`, `end`, `moved`, `called-off`, `overrun` or `unchanged`',
      )
      .meta({ examples: ['-24h'] })
      .describe(
        'Before the start (`-72h`, `-30m`, `-3d`), at the `start`, at the `end`; or what follows when it comes otherwise: `moved`, `called-off`, `overrun` (users are still out), `unchanged` (users are in again, the change was not made).',
      ),
    to: z
      .array(words)
      .default([])
      .describe(
        'Who gets it: names of audiences. Without it those that follow: they go to everybody who was told before.',
      ),
    subject: words.describe('Its first line, in Liquid.'),
    text: words.describe(
      'In Liquid, for people who do not know what a migration is: when, how long, what to do. Lines that begin with `- ` are a list, `**…**` is bold.',
    ),
  })
  .describe('An announcement.')
