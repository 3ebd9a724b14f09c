import { describe, expect, it } from 'vitest'
import { holdersOf, peopleOf, rolesOf } from '../../src/access/roles.ts'

const config = {
  roles: {
    'migration-operators': { people: ['U1'], groups: ['S1'] },
    cto: { people: ['U2'], groups: [] },
  },
}

describe('the roles of a person', () => {
  it('are those that name them', () => expect(rolesOf(config, 'U2', [])).toEqual(['cto']))
  it('are those that name one of their user groups', () =>
    expect(rolesOf(config, 'U9', ['S1'])).toEqual(['migration-operators']))
  it('are none for anybody else', () => expect(rolesOf(config, 'U9', ['S9'])).toEqual([]))
})

describe('the people of a role', () => {
  const directory = { members: async (group: string) => (group === 'S1' ? ['U3', 'U1'] : []) }
  it('are those that it names, and the members of its groups, each once', async () => {
    expect(await peopleOf(config, 'migration-operators', directory)).toEqual(['U1', 'U3'])
  })
  it('are nobody for a role that is not defined', async () => {
    expect(await peopleOf(config, 'nobody', directory)).toEqual([])
  })
  it('are, of several roles, each once; a group that nobody tells of is no empty one', async () => {
    const silent = { members: async () => null }
    expect(await holdersOf(config, ['cto', 'migration-operators'], silent)).toEqual({
      people: ['U2', 'U1'],
      untold: ['S1'],
    })
    expect((await holdersOf(config, ['migration-operators'], directory)).untold).toEqual([])
  })
})
