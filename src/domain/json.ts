/** What can be stored as JSON: outcomes, questions and events are made of nothing else. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A moment as ISO 8601 in UTC, e.g. `2025-11-13T03:01:12.000Z`. */
export type Instant = string
