import type { Done } from '../../domain/step.ts'
import { cardFile, type Run } from '../../domain/run.ts'
import { bold, code, say, text, type View } from '../../domain/view.ts'
import { typedInTerminal } from '../words/typed.ts'

/** In the folder of a run, and in its thread. */
export const downFile = 'down.sql'

/**
 * The break-glass card: what a person types when Lockkeeper is gone and the application is down. Everything on it is
 * copied as it stands.
 */
export function cardView(run: Run, card: Done['card'], command = 'lockkeeper'): View {
  const { product, target } = run.plan.approved.runbook
  return {
    state: say`${bold('Break-glass card.')} Only if ${product} is down and Lockkeeper does not come back: this undoes everything by hand, from the top`,
    parts: [
      text(
        say`First look whether Lockkeeper is really gone: ${typedInTerminal('status')}. While it lives it does this itself, and checks more.`,
      ),
      ...card.commands.flatMap(({ what, command }, i) => [
        text(say`${bold(`${i + 1} · ${what}`)}`),
        { part: 'code' as const, text: command },
      ]),
      text(
        say`The same is in ${code(card.file)} on Lockkeeper’s host. Run ${run.id}, database ${code(target.database)}.`,
      ),
    ],
    actions: [],
    files: [
      { name: cardFile, title: 'Break-glass card', content: cardText(run, card.commands, command) },
      ...(card.down ? [{ name: downFile, title: 'Down migration, run by hand', content: card.down }] : []),
    ],
  }
}

/** The card as a file: text with commands to copy, each under what it does. `command`: how Lockkeeper is called on its host. */
export function cardText({ id, plan }: Run, commands: Done['card']['commands'], command: string): string {
  const steps = commands.map(({ what, command }, i) => `# ${i + 1}. ${what}\n${command}\n`)
  return [
    `# Undo ${plan.approved.runbook.title} on ${plan.approved.runbook.target.database} by hand (run ${id})`,
    `# First look whether Lockkeeper is really gone: ${command} status`,
    '# Top to bottom, one by one. Whether to type what begins with "Only if", the history tells.',
    '',
    ...steps,
  ].join('\n')
}
