import type { IncomingMessage, ServerResponse } from 'node:http'
import type pg from 'pg'
import { takePath } from '../deliveries/take-link.ts'
import type { Desk, Reply } from '../domain/desk.ts'
import type { View } from '../domain/view.ts'
import type { Log } from '../log.ts'
import { htmlOf } from '../mail/html.ts'
import { namesIn, type NameOf } from '../mail/names.ts'
import { buttonOf, pressButton } from '../store/buttons.ts'
import { problemView } from '../views/problem/problem.ts'
import type { Route } from './http.ts'
import { acknowledgeLabel } from '../views/people/acknowledged.ts'
import { takePage } from '../views/people/take-page.ts'

export interface TakePageOptions {
  store: pg.Pool
  /** Knows people also where Slack does not answer. */
  desk: Desk
  nameOf: NameOf
  log: Log
}

/**
 * The page that a ping by e-mail links to. Opening it changes nothing, since scanners of mail open links; its button
 * takes the run for the one person that the link belongs to.
 */
export function takeRoutes(options: TakePageOptions): Route[] {
  const serve = (page: Page) => (_request: IncomingMessage, response: ServerResponse, nonce: string) =>
    void page(options, nonce)
      .then(async ({ status, view, form = '' }) => answer(response, status, await drawn(options, view, form)))
      .catch((error: unknown) => {
        options.log.error({ err: error }, 'a page could not be served')
        answer(response, 500, '')
      })
  const path = takePath('')
  return [
    { path, method: 'GET', handle: serve(shown) },
    { path, method: 'POST', handle: serve(pressed) },
  ]
}

type Page = (
  options: TakePageOptions,
  nonce: string,
) => Promise<{ status: number; view: View; form?: string }>

/** Whose link it is, and what for; null: it is none of ours, or too old. */
async function linkOf(store: pg.Pool, nonce: string): Promise<{ owner: string; run: string } | null> {
  const button = await buttonOf(store, nonce)
  const input = button?.input as { run?: string } | undefined
  return (button?.command === 'ack' || button?.command === 'take') &&
    button.person !== null &&
    input?.run !== undefined
    ? { owner: button.person, run: input.run }
    : null
}

const old = { status: 404, view: problemView({ code: 'button-old', command: 'ack' }) }

const viewOf = (reply: Reply): View =>
  'view' in reply ? reply.view : problemView({ code: 'button-old', command: 'ack' })

/** A form without an action is sent to where it is. */
const form = `<form method="post"><button style="font-size:larger;padding:0.5em 1em">${acknowledgeLabel}</button></form>`

async function shown({ store, desk }: TakePageOptions, nonce: string): ReturnType<Page> {
  const link = await linkOf(store, nonce)
  if (!link) return old
  const { owner, run } = link
  const status = await desk.pressed({ person: owner, via: 'page' }, 'status', { run })
  return { status: 200, view: takePage(run, owner, viewOf(status)), form }
}

async function pressed({ store, desk }: TakePageOptions, nonce: string): ReturnType<Page> {
  const link = await linkOf(store, nonce)
  if (!link) return old
  const { owner, run } = link
  const found = await pressButton(store, nonce, owner)
  // An impatient second tap sees where the run is.
  const command = 'button' in found ? 'ack' : 'status'
  return { status: 200, view: viewOf(await desk.pressed({ person: owner, via: 'page' }, command, { run })) }
}

async function drawn({ nameOf }: TakePageOptions, view: View, after: string): Promise<string> {
  const names = await namesIn(view, nameOf)
  return htmlOf(view, { person: (id) => names.get(id) ?? `@${id}` }, after)
}

function answer(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    })
    .end(html)
}
