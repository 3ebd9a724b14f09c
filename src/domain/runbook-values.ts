import { z } from 'zod'

// The values that a runbook is written with. A message continues the sentence "`key` …".

const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const bytes = { MB: 1_000_000, GB: 1_000_000_000, TB: 1_000_000_000_000 }

/** Milliseconds, written `500ms`, `30s`, `15m` or `2h`. */
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'is not a duration: a number with ms, s, m or h')
  .meta({ examples: ['30s'] })
  .transform((written) => {
    const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(written) ?? []
    return Number(number) * milliseconds[unit as keyof typeof milliseconds]
  })

/** Bytes, written `500MB`, `10GB` or `1TB`. */
export const size = z
  .string()
  .regex(/^\d+(MB|GB|TB)$/, 'is not a size: a number with MB, GB or TB')
  .meta({ examples: ['10GB'] })
  .transform((written) => {
    const [, number, unit] = /^(\d+)(MB|GB|TB)$/.exec(written) ?? []
    return Number(number) * bytes[unit as keyof typeof bytes]
  })

export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,62}$/, 'is not a name: lower-case letters, digits and hyphens, a letter first')
  .meta({ examples: ['hrms-api'] })

/** The name of an environment variable: how a secret is written in a file. */
export const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'is not the name of an environment variable: capitals, digits and underscores')
  .meta({ examples: ['HRMS_MASTER_URL'] })

/** The same where a program of others reads it: .NET's have small letters too. */
export const anyVariable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable')

export const words = z.string().trim().min(1, 'is empty')

/** An absolute http(s) URL once each {NAME} in it is replaced. */
export const address = z
  .string()
  .refine((written) => /^https?:$/.test(URL.parse(written.replace(/\{\w+\}/g, '1'))?.protocol ?? ''), {
    error: 'is not an http or https URL',
  })
  .meta({ examples: ['http://127.0.0.1:{HRMS_PORT}/health'] })

export const table = z
  .string()
  .regex(
    /^([a-z_][a-z0-9_$]*|"([^"]|"")+")\.([a-z_][a-z0-9_$]*|"([^"]|"")+")$/,
    'is not a table with its schema: a name with capital letters stands in double quotes',
  )
  .meta({ examples: ['master."AdminUsers"'] })

export const command = z.tuple([words], z.string()).meta({ examples: [['node', 'api.ts']] })

export const channel = z
  .string()
  .regex(/^(#[^\s#]+|[CG][A-Z0-9]{2,})$/, 'is not a channel: #name or its id (C…)')
  .meta({ examples: ['#migrations'] })

export const user = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,}$/, 'is not a Slack user id: U… (profile, ⋯, Copy member ID)')

export const userGroup = z.string().regex(/^S[A-Z0-9]{2,}$/, 'is not the id of a Slack user group: S…')

export const mailAddress = z.email('is not an e-mail address')
