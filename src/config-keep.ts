import { z } from 'zod'

/** How long Lockkeeper keeps what it recorded, in days. */
export interface KeepConfig {
  runs: number
  plans: number
  messages: number
  /** Absolute folder of the audit files, which what is removed is written to first. */
  audit: string
}

const days = z
  .string()
  .regex(/^[1-9]\d{0,4}d$/, 'is not a number of days, such as 90d')
  .transform((written) => Number(written.slice(0, -1)))
  .meta({ examples: ['90d'] })

/** `keep` in `lockkeeper.yml`. */
export const keepSchema = z
  .strictObject({
    runs: days
      .default(730)
      .describe('Ended runs with their plan, steps, questions and events, and schedules that are over.'),
    plans: days.default(90).describe('Closed plans that were never run.'),
    messages: days.default(90).describe('What was sent, once what it is about is over.'),
    audit: z
      .string()
      .min(1, 'is empty')
      .optional()
      .describe(
        'Folder of the audit files; relative to this file. What is removed is written there first, one JSON object a line.',
      ),
  })
  .prefault({})
