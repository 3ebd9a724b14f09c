import type { Json } from '../domain/json.ts'
import { errorCode } from './error-code.ts'

export interface Requested {
  method: string
  url: string
  headers: Record<string, string>
  json?: Json
}

/** `text`: what was answered, where it was to be read and is not too large. `saw`: why there is no answer, in words. */
export type Answer = { status: number; headers: Headers; text?: string } | { saw: string }

/** Bytes. An answer that is larger is not one that a runbook asks for. */
const largestBody = 1 << 20

/** One request, redirects not followed; given up after `within` milliseconds. */
export async function send(
  { method, url, headers, json }: Requested,
  within: number,
  signal: AbortSignal,
  reads = false,
): Promise<Answer> {
  const late = AbortSignal.timeout(Math.max(1, Math.ceil(within)))
  try {
    const response = await fetch(url, {
      method,
      headers: json === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      redirect: 'manual',
      signal: AbortSignal.any([late, signal]),
    })
    const text = reads ? await readText(response) : undefined
    if (!reads) await response.body?.cancel()
    const { status, headers: answered } = response
    return { status, headers: answered, ...(text === undefined ? {} : { text }) }
  } catch (error) {
    if (late.aborted)
      return {
        saw: `no answer within ${within >= 1000 ? `${Math.round(within / 1000)} s` : `${Math.ceil(within)} ms`}`,
      }
    if (signal.aborted) return { saw: 'nothing, it was cancelled' }
    return { saw: `no connection (${errorCode(error instanceof Error ? error.cause : error)})` }
  }
}

async function readText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    if ((length += chunk.length) > largestBody) return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** What a text says as JSON; undefined where it is none. */
export function jsonOf(text: string | undefined): Json | undefined {
  try {
    return JSON.parse(text ?? '') as Json
  } catch {
    return undefined
  }
}
