import { randomBytes } from 'node:crypto'
import { patiently } from '../../commands/patience.ts'
import type { Reply } from '../domain/desk.ts'
import type { Caller } from '../domain/person.ts'
import type { Problem } from '../domain/problem.ts'
import { isFirst } from '../store/seen.ts'
import { underWay } from '../views/marks.ts'
import { problemView } from '../views/problem/problem.ts'
import type { Front } from './front.ts'
import { openModal, showReply, type Place } from './replies.ts'

/** A request as it came in, acknowledged already. */
export interface Request {
  /** Slack's id of it: the same one is served once. */
  id: string
  place: Place
  /** Whether a form may come of it: then a modal is opened before anything else is asked. */
  opensForm: boolean
  /** Null: it is shown already. */
  reply: (caller: Caller) => Promise<Reply | null>
}

/** Serves a request once, for somebody who may ask, and shows what comes of it. Never throws. */
export async function serve(front: Front, { id, place, opensForm, reply }: Request): Promise<void> {
  let shownIn = place
  try {
    if (!(await isFirst(front.store, id)))
      return front.log.warn({ id }, 'a request came twice, and was served once')
    const [modal, refusal] = await Promise.all([
      opensForm ? openModal(front, place) : null,
      refusalOf(front, place),
    ])
    shownIn = { ...place, modal: place.modal ?? modal }
    const said = refusal
      ? { view: problemView(refusal) }
      : await patiently(reply({ person: place.person, via: 'slack' }), () =>
          showReply(front, shownIn, { view: underWay }),
        )
    if (said) await showReply(front, shownIn, said)
  } catch (error) {
    const reference = randomBytes(4).toString('hex')
    front.log.error({ err: error, reference, person: place.person }, 'a request from Slack failed')
    await showReply(front, shownIn, { view: problemView({ code: 'bug', reference }) }).catch(
      (unshown: unknown) => front.log.error({ err: unshown, reference }, 'and nobody was told'),
    )
  }
}

/** Why this person may ask for nothing, or not here. Fails closed: what cannot be looked up is refused. */
async function refusalOf(front: Front, { person, channel }: Place): Promise<Problem | null> {
  const [standing, reach] = await Promise.all([
    front.directory.lookUp(person),
    channel ? front.conversations.reach(channel) : 'ours',
  ])
  if (!standing.may) return standing.problem
  if (reach === 'shared' || reach === 'unknown') return { code: 'channel-refused', why: reach }
  return null
}
