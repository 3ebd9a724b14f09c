import { afterAll, beforeAll, expect, test } from 'vitest'
import { whileLookingUp } from '../../commands/standing.ts'
import { hasRole } from '../../src/store/standing.ts'
import { asha, openOffice, type Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

const isOperator = () => hasRole(office.pool, asha, 'migration-operators')
const often = 10

test('roles hold as long as a command is at work, though that is longer than they hold by themselves', async () => {
  await whileLookingUp(
    office.house,
    asha,
    async () => {
      await office.pool.query('delete from lockkeeper.standing')
      await expect.poll(isOperator).toBe(true)
    },
    often,
  )
})

test('a role that is taken away meanwhile is gone', async () => {
  const people = office.house.config.roles['migration-operators']?.people ?? []
  await whileLookingUp(
    office.house,
    asha,
    async () => {
      await expect.poll(isOperator).toBe(true)
      const [taken = ''] = people.splice(people.indexOf(asha.person), 1)
      await expect.poll(isOperator).toBe(false)
      people.push(taken)
    },
    often,
  )
})
