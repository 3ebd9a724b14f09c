import { failed } from '../src/domain/outcome.ts'
import type { Kind } from '../src/domain/step.ts'
import { startWorker } from '../src/runs/worker.ts'
import type { At, StepKind, StepKinds } from '../src/steps/step-kind.ts'
import { connectStore } from '../src/store/connect.ts'
import { surroundings } from './surroundings.ts'

/** A replica of the bot whose one step says that it is at work, and then waits for a statement on the target for long. */
const [storeUrl = '', targetUrl = ''] = process.argv.slice(2)

const works: StepKind<Kind> = {
  resume: 'retry',
  async perform({ world }) {
    const session = await world.target.connect({ settings: { statementTimeout: 0 } })
    if (!session.ok) return failed(session.problem)
    await session.value.client.query("select pg_notify('works', $1)", [String(process.pid)])
    await session.value.client.query('select pg_sleep(3600)')
    return failed({ code: 'cancelled', by: '' })
  },
}

const claim = { resume: 'retry', perform: (at: At<'claim'>) => at.world.takeClaim() }

const pool = connectStore(storeUrl, 6)
await startWorker(
  surroundings({
    url: storeUrl,
    pool,
    kinds: { claim, before: works } as unknown as StepKinds,
    targets: { HRMS_MASTER_URL: targetUrl },
  }),
)
process.send?.('up')
process.on('disconnect', () => process.exit(0))
