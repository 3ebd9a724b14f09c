import type { Reply } from '../../src/domain/desk.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import { makeNotice } from '../../src/runs/announcing.ts'
import { noticesOf } from '../../src/store/notices.ts'
import { endSchedule, openScheduleOf, openSchedules } from '../../src/store/schedules.ts'
import { transaction } from '../../src/store/transaction.ts'
import { asha, fill, formOf, openOffice, saidBy, type Office } from './office.ts'

export const name = 'add-security-enhancements'

/** An office whose runbook tells people in Mauritius. */
export interface Scheduling {
  office: Office
  /** `schedule` and these words, as Asha types them. */
  type(...words: string[]): Promise<Reply>
  says(...words: string[]): Promise<string>
  /** The runbook is scheduled, in these words, and what is read back is confirmed. */
  confirmed(...words: string[]): Promise<string>
  open(): Promise<Schedule | null>
  runbook(): Promise<Runbook>
  /** Two addresses are told of what is scheduled, as the clock does it. */
  tell(): Promise<void>
  /** Nothing is scheduled any more, and nobody's zone is known. */
  clear(): Promise<void>
}

export async function openScheduling(): Promise<Scheduling> {
  const office = await openOffice((written) => {
    written.timeZone = 'Indian/Mauritius'
    written.timeZoneName = 'MUT'
    written.audiences = { users: { channels: ['#all'] }, operations: { people: ['U0DAN00002'] } }
    written.notices = [
      { at: '-72h', to: ['users', 'operations'], subject: 'In 3 days', text: 'HRMS is out.' },
      { at: '-1h', to: ['users'], subject: 'In an hour', text: 'HRMS is out.' },
      { at: 'end', to: ['users'], subject: 'Available', text: 'HRMS is back.' },
    ]
  })
  const type: Scheduling['type'] = (...words) => office.desk.typed(asha, ['schedule', ...words])
  const open = () => openScheduleOf(office.pool, name)
  return {
    office,
    type,
    open,
    says: async (...words) => saidBy(await type(...words)),
    confirmed: async (...words) => saidBy(await fill(office, asha, formOf(await type(name, ...words)))),
    async runbook() {
      const found = await office.house.runbooks.find(name)
      if (!found.ok) throw new Error(found.problem.code)
      return found.value
    },
    async tell() {
      const schedule = await open()
      const [notice] = await noticesOf(office.pool, schedule?.id ?? '')
      if (!notice) throw new Error('no notice is planned')
      const to = [{ channel: '#all' }, { mail: 'staff@morishr.test' }]
      await transaction(office.pool, (tx) => makeNotice(tx, notice, { to, untold: [] }))
    },
    async clear() {
      for (const person of Object.keys(office.zones)) delete office.zones[person]
      for (const { id } of await openSchedules(office.pool))
        await endSchedule(office.pool, id, { as: 'called-off', by: 'test', reason: null })
    },
  }
}

/** Some hours from now, as it is typed for UTC, at a full minute. */
export const inHours = (hours: number): string =>
  `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
