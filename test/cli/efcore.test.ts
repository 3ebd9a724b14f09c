import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasDotnet } from '../dotnet.ts'
import { hrmsProject, settings } from '../engines/efcore/hrms-project.ts'
import { makePlace, type Place } from './place.ts'

// The document's migration by the real `dotnet ef`, from a plan to a rollback, in the two ways that need a program. The
// third one, the script, is what the demo plays. Going down by a program itself is in test/engines/efcore.

const openPlan = async ({ pool }: Place): Promise<string> => {
  const { rows } = await pool.query<{ id: string }>(
    'select id from lockkeeper.plan where closed_at is null order by made_at desc limit 1',
  )
  return rows[0]?.id ?? ''
}

const approved = async (place: Place): Promise<string> => {
  const plan = await openPlan(place)
  for (const who of ['dan', 'mei'] as const)
    expect(await place.type(who, ['approve', plan], 'yes\n')).toMatchObject({ code: 0 })
  return plan
}

describe.skipIf(!hasDotnet)('EF Core migrations', { timeout: 600_000 }, () => {
  test.for(['bundle', 'tool'] as const)(
    'are planned, run, verified and rolled back by a %s',
    async (apply) => {
      const engine = settings({
        apply,
        project: path.join(hrmsProject, 'src/HRMS.Infrastructure'),
        startupProject: path.join(hrmsProject, 'src/HRMS.API'),
      })
      const place = await makePlace((written) => (written.engine = engine))
      try {
        Object.assign(place.environment, {
          HOME: process.env['HOME'] ?? '',
          JWT_SECRET: 'a secret of thirty-two bytes or more',
          DirectoryBuildPropsPath: path.join(hrmsProject, 'Directory.Build.props'),
        })
        await place.startService()
        await place.startBot()
        const planned = await place.type('asha', ['plan', 'add-security-enhancements'])
        expect(planned).toMatchObject({ code: 0, err: '' })
        expect(planned.out).toContain(`applied by ${apply === 'bundle' ? 'the bundle' : 'dotnet ef'}`)
        const plan = await approved(place)
        const ran = await place.type('asha', ['run', plan], `${place.target.name}\n`)
        expect(ran.out).toContain('Applying 20251113040317_AddSecurityEnhancements')
        expect(ran.out).toContain('HRMS is back since')
        expect(ran.code).toBe(0)
        // What the plan knows is not asked of the project again: there is no SDK in this terminal.
        const PATH = place.environment['PATH'] ?? process.env['PATH'] ?? ''
        place.environment['PATH'] = path.dirname(process.execPath)
        expect((await place.type('asha', ['verify'])).out).toContain('AddSecurityEnhancements is on')
        place.environment['PATH'] = PATH

        const back = await place.type('asha', ['rollback', 'add-security-enhancements'], '1000\nyes\n')
        expect(back).toMatchObject({ code: 0, err: expect.any(String) })
        const rollback = await approved(place)
        const rolled = await place.type('asha', ['run', rollback], `${place.target.name}\n`)
        // The new release has written rows that stand in the way: to delete them and to go down is one transaction.
        expect(rolled.out).toContain('DELETE FROM')
        expect(rolled.out).toMatch(/AddSecurityEnhancements\s+is\s+no\s+longer\s+on/)
        expect(rolled.code).toBe(0)
        expect((await place.type('asha', ['verify'])).out).toContain('AddSecurityEnhancements is not on')
      } finally {
        await place.leave()
      }
    },
  )
})
