import type { Directory } from '../domain/person.ts'

/**
 * The same people where Slack does not say who somebody is: then they may act as far as the configuration lists them by
 * id. For ways to us that Slack is no part of, in the night in which it does not answer.
 */
export const listedToo = (directory: Directory): Directory => ({
  ...directory,
  async lookUp(person, about) {
    const standing = await directory.lookUp(person, about)
    if (standing.may || standing.problem.code !== 'person-refused' || standing.problem.why !== 'unknown')
      return standing
    return { may: true, groups: [], at: new Date().toISOString() }
  },
})
