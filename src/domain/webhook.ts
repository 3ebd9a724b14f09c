/** What a webhook's body may say of what happened, by the name in braces. */
export const webhookNames = [
  'alarm',
  'run',
  'runbook',
  'product',
  'database',
  'contact',
  'reason',
  'details',
  'since',
  'url',
] as const

export type WebhookValues = Record<(typeof webhookNames)[number], string>
