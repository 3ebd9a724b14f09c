import { expect, test } from 'vitest'
import { listedToo } from '../../src/access/listed.ts'
import type { Directory, Standing } from '../../src/domain/person.ts'

const directory = (standing: Standing) => listedToo({ lookUp: async () => standing } as unknown as Directory)
const refused = (why: 'unknown' | 'deleted'): Standing => ({
  may: false,
  problem: { code: 'person-refused', why },
})

test('of whom Slack does not tell may act by name, with no group', async () => {
  expect(await directory(refused('unknown')).lookUp('U0MEI')).toMatchObject({ may: true, groups: [] })
})

test('whom Slack knows is what Slack says', async () => {
  expect(await directory(refused('deleted')).lookUp('U0MEI')).toEqual(refused('deleted'))
  const known: Standing = { may: true, groups: ['S0DBA'], at: '2025-11-13T03:00:00.000Z' }
  expect(await directory(known).lookUp('U0MEI')).toEqual(known)
})
