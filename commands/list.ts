import { ack } from './ack.ts'
import { answer } from './answer.ts'
import { approve } from './approve.ts'
import { backup } from './backup.ts'
import { calendar } from './calendar.ts'
import { cancel } from './cancel.ts'
import type { AnyCommand } from './command.ts'
import { escalate } from './escalate.ts'
import { help } from './help.ts'
import { notices } from './notices.ts'
import { news } from './news.ts'
import { plan } from './plan.ts'
import { rollback } from './rollback.ts'
import { run } from './run.ts'
import { schedule } from './schedule.ts'
import { sql } from './sql.ts'
import { status } from './status.ts'
import { verify } from './verify.ts'
import { who } from './who.ts'

/** The product's surface, in the order in which help tells it. */
export const commands: readonly AnyCommand[] = [
  help(() => commands),
  status,
  calendar,
  who,
  notices,
  plan,
  sql,
  approve,
  backup,
  schedule,
  run,
  answer,
  ack,
  escalate,
  news,
  cancel,
  verify,
  rollback,
]
