import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AccessRules } from '../../src/domain/access-rules.ts'
import { operatorRole } from '../../src/config.ts'
import { recordRules, rulesInForce } from '../../src/store/access-rules.ts'
import { hasRole, recordStanding } from '../../src/store/standing.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { until } from '../until.ts'

let store: TestDatabase
let pool: pg.Pool
const bots: pg.Client[] = []
beforeEach(async () => {
  store = await storeDatabase()
  pool = new pg.Pool({ connectionString: store.url, max: 4 })
})
afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.end()
  await pool.end()
  await store.drop()
})

const rules = (...operators: string[]): AccessRules => ({
  roles: { [operatorRole]: { people: operators, groups: [] } },
  readers: [operatorRole],
  terminal: { asha: 'U_ASHA' },
  slack: null,
})

/** A bot that starts with these rules, and lives until its connection ends. */
async function startWith(own: AccessRules) {
  const bot = new pg.Client(store.url)
  await bot.connect()
  bots.push(bot)
  const recorded = await recordRules(bot, own, { host: 'bot-1', user: 'lockkeeper', file: '/etc/a.yml' })
  return { ...recorded, leave: () => bots.splice(bots.indexOf(bot), 1)[0]?.end() }
}

const operators = async (): Promise<string[] | undefined> =>
  (await rulesInForce(pool))?.rules.roles[operatorRole]?.people

const changes = async (): Promise<unknown[]> =>
  (
    await pool.query<{ changes: unknown }>(
      `select body -> 'changes' as changes from lockkeeper.event order by seq`,
    )
  ).rows

test('a new configuration is in force when the first bot starts with it, and everybody is told what changed', async () => {
  await startWith(rules('U_ASHA'))
  await startWith(rules('U_ASHA'))
  expect(await changes()).toEqual([])
  await startWith(rules('U_MEI'))
  expect(await operators()).toEqual(['U_MEI'])
  expect(await changes()).toEqual([
    { changes: [{ role: operatorRole, gained: ['U_MEI'], lost: ['U_ASHA'] }] },
  ])
})

test('an old replica that starts again while a new configuration rolls out does not undo it', async () => {
  const first = await startWith(rules('U_ASHA'))
  const newer = await startWith(rules('U_MEI'))
  await first.leave()
  const again = await startWith(rules('U_ASHA'))
  expect(again).toMatchObject({ isOlder: true, inForce: { rules: rules('U_MEI') } })
  expect(await operators()).toEqual(['U_MEI'])
  // To go back on purpose, the bots with the newer one are stopped first.
  await newer.leave()
  await until(async () => {
    const back = await startWith(rules('U_ASHA'))
    expect(back.isOlder).toBe(false)
  })
  expect(await operators()).toEqual(['U_ASHA'])
})

test('roles that were looked up by other rules than those in force allow nothing', async () => {
  const asha = { person: 'U_ASHA', via: 'slack' } as const
  const { inForce } = await startWith(rules('U_ASHA'))
  await recordStanding(pool, 'U_ASHA', [operatorRole], 60, inForce.version)
  expect(await hasRole(pool, asha, operatorRole)).toBe(true)
  await startWith(rules('U_MEI'))
  expect(await hasRole(pool, asha, operatorRole)).toBe(false)
})

test('in a terminal a role is for the person that the recorded rules map the operating-system user to', async () => {
  await startWith(rules('U_ASHA', 'U_DAN'))
  for (const person of ['U_ASHA', 'U_DAN']) await recordStanding(pool, person, [operatorRole], 60)
  const typed = (person: string, user: string) =>
    hasRole(
      pool,
      { person, via: 'terminal', account: { user, uid: 5000, host: 'db-1', login: null } },
      operatorRole,
    )
  expect(await typed('U_ASHA', 'asha')).toBe(true)
  expect(await typed('U_DAN', 'asha')).toBe(false)
  expect(await typed('U_DAN', 'dan')).toBe(false)
  expect(await hasRole(pool, { person: 'U_DAN', via: 'terminal' }, operatorRole)).toBe(false)
})

test('what was recorded can be neither changed nor removed', async () => {
  await startWith(rules('U_ASHA'))
  for (const sql of [
    `update lockkeeper.access_rules set rules = '{}'`,
    'delete from lockkeeper.access_rules',
    'truncate lockkeeper.access_rules',
  ])
    await expect(pool.query(sql)).rejects.toThrow('append-only')
})

test('bots that start at the same moment record the same rules once', async () => {
  await Promise.all(Array.from({ length: 8 }, () => startWith(rules('U_ASHA'))))
  expect((await pool.query('select from lockkeeper.access_rules')).rowCount).toBe(1)
})
