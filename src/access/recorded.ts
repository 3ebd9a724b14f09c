import type { Config } from '../config.ts'
import { accessChanges, type AccessRules, type RecordedRules } from '../domain/access-rules.ts'
import type { Problem } from '../domain/problem.ts'

/** What a configuration says of who may do what. */
export const rulesOf = ({ roles, readers, terminal, slack }: Config): AccessRules => ({
  roles,
  readers,
  terminal,
  slack: slack?.apiUrl ? new URL(slack.apiUrl).host : null,
})

/** The same configuration with the rules in force, which all but the comparison of a file goes by. */
export const withRules = (config: Config, { rules }: RecordedRules): Config => {
  const { roles, readers, terminal } = rules
  return { ...config, roles, readers, terminal }
}

/** Why a terminal with this configuration is refused: it would decide itself who may do what. Null: it is the bot's. */
export function whyNotAsRecorded(
  config: Config,
  { rules, by, at }: RecordedRules,
): Problem<'access-rules-differ'> | null {
  const here = rulesOf(config)
  // A terminal without Slack asks nobody.
  const changes = accessChanges(rules, config.slack ? here : { ...here, slack: rules.slack })
  return changes.length === 0
    ? null
    : { code: 'access-rules-differ', file: config.file, recorded: { ...by, at }, changes }
}
