import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { checkSync } from 'recheck'

/** What oxlint hands to a rule, as far as this one uses it. */
interface Literal {
  type: 'Literal'
  regex?: { pattern: string; flags: string }
}
interface Call {
  type: string
  callee: { name?: string }
}
interface Context {
  report(found: { node: object; message: string }): void
}

/** Verdicts of earlier runs: a proof takes up to seconds. One of another release of recheck is not used. */
const { version } = createRequire(import.meta.url)('recheck/package.json') as { version: string }
const folder = path.join(import.meta.dirname, '../node_modules/.cache')
const file = path.join(folder, `regular-expressions-${version}.json`)
const verdicts: Record<string, string> = readVerdicts()

function readVerdicts(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  } catch {
    return {}
  }
}

/**
 * `safe`, or what is wrong. Without limits of time, so that the machine's speed decides nothing: automata prove most
 * expressions; what has a look-around is attacked with a search that has a seed.
 */
function verdictOf(pattern: string, flags: string): string {
  const key = `/${pattern}/${flags}`
  const known = verdicts[key]
  if (known !== undefined) return known
  const found = checkSync(pattern, flags, { timeout: null, attackTimeout: null, incubationTimeout: null })
  const verdict =
    found.status === 'vulnerable' ? found.complexity.summary : found.status === 'safe' ? 'safe' : 'unknown'
  verdicts[key] = verdict
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, JSON.stringify(verdicts))
  return verdict
}

/**
 * A text from outside may be of any length, so the time of a regular expression grows no faster than the text. One that
 * is put together when the program runs cannot be checked, and is refused.
 */
const linear = {
  create(context: Context) {
    const refuseMade = (node: Call): void => {
      if (node.callee.name === 'RegExp')
        context.report({
          node,
          message: 'Write the expression as a literal: what is put together is unchecked.',
        })
    }
    return {
      Literal(node: Literal): void {
        const verdict = node.regex ? verdictOf(node.regex.pattern, node.regex.flags) : 'safe'
        if (verdict !== 'safe')
          context.report({
            node,
            message: `The time of this expression grows faster than the text: ${verdict}.`,
          })
      },
      NewExpression: refuseMade,
      CallExpression: refuseMade,
    }
  },
}

export default { meta: { name: 'regular-expressions' }, rules: { linear } }
