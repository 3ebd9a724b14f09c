import { bold, code, say } from '../../domain/view.ts'
import { anyOf, codes, firstOf, joined, whom } from '../words/line.ts'
import { choiceName } from '../words/choice-names.ts'
import { counted } from '../words/amounts.ts'
import { errnoWords, type Wordings } from './wording.ts'
import { moment } from '../words/time.ts'
import { typed, typedInTerminal } from '../words/typed.ts'
import { untoldMeans, untoldNext } from './untold.ts'

const faultsShown = 10

/** Slack gave no answer: it is away for a moment, or refuses us for as long as nobody changes the app. */
const retryOrScope = say`Try again in a minute. If it stays so, the Slack app lacks a permission: Lockkeeper’s log names the scope and how to add it.`

/** Each remedy once, as a sentence. */
function remediesOf(faults: readonly { remedy: string }[]): string {
  const remedies = [...new Set(faults.map(({ remedy }) => (/[.?!]$/.test(remedy) ? remedy : `${remedy}.`)))]
  const more = remedies.length - faultsShown
  return [...remedies.slice(0, faultsShown), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
}

const endings: Record<string, string> = {
  done: 'done',
  'backed-out': 'backed out',
  'rolled-back': 'rolled back',
  'undone-by-hand': 'undone by hand',
  'ended-as-is': 'ended as it is',
}

/** What people ask for and may not, cannot, or did not spell right; and Slack itself. */
export const peopleProblems = {
  'run-unknown': ({ run, known }) => ({
    what: run ? say`There is no run ${code(run)}.` : say`Which run?`,
    next: known.length
      ? say`The latest are ${codes(known)}.`
      : say`Nothing was run yet. See ${typed('status')}.`,
  }),
  'run-under-way': ({ run, runbook, by }) => ({
    what: say`Run ${bold(run || 'another')} of ${bold(runbook)} is under way on this database, started by ${whom(by)}.`,
    means: say`One run a database at a time. Nothing was begun.`,
    next: say`Wait until it has ended, or see what it waits for: ${typed(`status ${run || runbook}`)}.`,
    actions: [
      {
        label: 'What happened',
        says: 'Shows the state of the run and its latest events',
        command: 'status',
        input: run ? { run } : { runbook },
      },
    ],
  }),
  'run-ended': ({ run, ending, at, unlike }) => ({
    what: say`Run ${bold(run)} ended ${moment(at)}: ${endings[ending] ?? ending}${unlike ? ', but its database was not found to be as before' : ending === 'backed-out' ? ', its database is as before' : ''}.`,
    next: say`See what happened: ${typed(`status ${run}`)}. To take a migration back: ${typed('rollback')}.`,
  }),
  'run-past-admit': ({ run }) => ({
    what: say`Users are in again: run ${bold(run)} cannot be cancelled any more.`,
    means: say`What they write from now on may be lost by a rollback.`,
    next: say`To take the migration back: ${typed(`rollback ${run}`)}. It first counts what would be lost.`,
  }),
  'cancel-changed': ({ run }) => ({
    what: say`Run ${bold(run)} went on meanwhile: cancelling it now takes the migration back.`,
    means: say`Nothing was done.`,
    next: say`Read what it means now: ${typed(`cancel ${run}`)}.`,
    actions: [
      {
        label: 'Cancel…',
        says: 'Opens the form that says what cancelling means now',
        command: 'cancel',
        input: { run },
      },
    ],
  }),
  'run-goes-back': ({ run, by, asksAt }) => ({
    what: say`Run ${bold(run)} is being reverted (started by ${whom(by)}).`,
    means: asksAt
      ? say`It waits for an answer at ${code(asksAt)}.`
      : say`Lockkeeper restores services and access. Where a step fails, it asks.`,
    next: asksAt
      ? say`Answer it: ${typed(`answer ${run}`)}.`
      : say`See where it is: ${typed(`status ${run}`)}.`,
  }),
  'run-cannot-go-back': ({ run }) => ({
    what: say`Run ${bold(run)} has migrated, and there is no way down.`,
    means: say`It cannot be cancelled any more: it goes on, or asks.`,
    next: say`See where it is: ${typed(`status ${run}`)}. The other way is a restore of its backup, by hand.`,
  }),
  'nothing-to-roll-back': ({ runbook, why }) =>
    why === 'none'
      ? {
          what: say`There is nothing to roll back: no migration is finished and still in place.`,
          next: say`A rollback takes the run of a finished migration, ${typed('rollback RUN')}, or its runbook. See what was run: ${typed('status')}.`,
        }
      : {
          what: say`There is nothing of ${bold(runbook)} to roll back: ${
            {
              'never-ran': 'it was never run to its end',
              'not-applied': 'this run did not end with its migration done',
              'already-back': 'it was rolled back already',
            }[why]
          }.`,
          next: say`See its runs: ${typed(`status ${runbook}`)}.`,
        },
  'answered-already': ({ by, at, choice }) => ({
    what: say`Already answered by ${whom(by)} at ${moment(at, at)}: ${bold(choiceName(choice))}.`,
    means: say`Your click changed nothing.`,
    next: say`See what comes of it: ${typed('status')}.`,
  }),
  'choice-unknown': ({ choice, choices, shown = [] }) => ({
    what: say`${code(choice)} is none of the choices.`,
    next: say`Answer with ${joined(
      choices.map((known, i) => (shown[i] ? say`${code(known)} (${i + 1}. ${shown[i]})` : [code(known)])),
      ' or ',
    )}${shown.length > 0 ? '; the number or the words in brackets do, too' : ''}.`,
  }),
  'gate-none': ({ run }) => ({
    what: say`Run ${bold(run)} asks nothing at the moment.`,
    next: say`See its state: ${typed(`status ${run}`)}.`,
  }),
  'escalation-none': ({ runbook }) => ({
    what: say`Runbook ${bold(runbook)} names nobody to call.`,
    means: say`Nobody was pinged.`,
    next: say`See who can decide, and call them yourself: ${typed(`who ${runbook}`)}. For the next run, write ${code('escalation')} into the runbook.`,
  }),
  'name-mistyped': ({ typed: wrote, name }) => ({
    what: say`You typed ${code(wrote)}. This is about ${code(name)}.`,
    means: say`Nothing was begun.`,
    next: say`If ${code(name)} is what you mean, type that. If not, close this.`,
  }),
  'number-mistyped': ({ typed: wrote }) => ({
    what: say`${code(wrote)} is not a number of rows.`,
    next: say`Type digits, e.g. ${code('212')}.`,
  }),
  'loss-larger': ({ accepted, counted: rows }) => ({
    what: say`A rollback would lose ${counted(rows, 'row')} now; ${counted(accepted, 'row')} were accepted.`,
    means: say`Nothing was deleted.`,
    next: say`Accept the larger number, or leave the migration where it is.`,
  }),
  'not-allowed': ({ role, people, does, untold }) => ({
    what: say`Only ${{ role }} may use ${typed(does)}.`,
    means: say`Nothing was done.${untold ? say` ${untoldMeans(untold)}` : []}`,
    next: say`Ask ${anyOf(people, 'somebody who has that role')}.${untold ? untoldNext(untold) : []}`,
  }),
  'person-refused': ({ why }) => ({
    what: say`You cannot use Lockkeeper: ${
      {
        stranger: 'you belong to another organisation',
        guest: 'guests of the workspace may not',
        deleted: 'this account is deactivated',
        bot: 'bots may not',
        'other-workspace': 'you are of another workspace',
        unknown: 'Slack could not say who you are',
      }[why]
    }.`,
    next: why === 'unknown' ? retryOrScope : say`Ask a full member of the workspace.`,
  }),
  'channel-refused': ({ why }) => ({
    what:
      why === 'shared'
        ? say`This channel is shared with another organisation: Lockkeeper does nothing here.`
        : say`Slack could not say whether this channel is shared with another organisation: nothing was done.`,
    next: why === 'shared' ? say`Use it in the runbook’s own channel.` : retryOrScope,
  }),
  'button-old': ({ command }) => ({
    what: say`This button is out of date and did nothing.`,
    next: say`Use the newest message, or type ${typed(command)}.`,
  }),
  'button-not-yours': ({ owner }) => ({
    what: say`This form belongs to ${whom(owner)}; it did nothing.`,
    next: say`Open your own: click the message’s button, or type the command.`,
  }),
  'command-unknown': ({ typed: wrote, meant, commands }) => ({
    what: wrote ? say`There is no command ${code(wrote)}.` : say`A command is missing.`,
    next: meant
      ? say`Did you mean ${typed(meant)}? All of them: ${typed('help')}.`
      : say`Commands: ${codes(commands, 20)}. More: ${typed('help')}.`,
  }),
  'runbook-unknown': ({ typed: wrote, meant, known, besides = [] }) => ({
    what: !wrote
      ? say`Which runbook?`
      : besides.length > 0
        ? say`Neither a runbook nor ${besides.map((kind) => `a ${kind}`).join(' nor ')} is called ${code(wrote)}.`
        : say`No runbook ${code(wrote)}.`,
    next: meant
      ? say`Did you mean ${code(meant)}?`
      : known.length
        ? say`Runbooks: ${codes(known, 10)}.`
        : say`There is none yet. Put a ${code('.yml')} file into Lockkeeper’s folder of runbooks.`,
    ...(meant && {
      actions: [
        {
          label: 'Plan it',
          says: `Makes a plan of the runbook ${meant}`.slice(0, 75),
          command: 'plan',
          input: { runbook: meant },
        },
      ],
    }),
  }),
  'runbook-broken': ({ file, faults }) => ({
    what: say`${code(file)} has ${counted(faults.length, 'fault')}: ${firstOf(
      faults.map(
        ({ line, column, key, what }) => say`line ${line}:${column}, ${code(key || 'the file')}: ${what}`,
      ),
      faultsShown,
      '; ',
    )}.`,
    means: say`The runbook is not used while it has faults.`,
    next: say`${remediesOf(faults)} It is read again each time.`,
  }),
  'input-wrong': ({ command, faults, example }) => ({
    what: say`${code(command)} was not understood: ${firstOf(
      faults.map(({ field, why }) => (field ? say`${code(field)}: ${why}` : [why])),
      5,
      '; ',
    )}.`,
    next: say`For example: ${typed(example)}.`,
  }),
  'no-worker': ({ since }) => ({
    what: say`No Lockkeeper is at work${since ? say` since ${moment(since)}` : ''}.`,
    means: say`What you ask is kept, and done when one is back. Nothing moves until then.`,
    next: say`Start it where it is installed (${typedInTerminal('start')}); if it is down and the application too, use the break-glass card.`,
  }),
  'slack-lacks': ({ method, costs }) => ({
    what: say`Slack does not let Lockkeeper use ${code(method)}.`,
    means: [costs],
    next: say`Grant it in the app’s settings and install the app again; all else works without.`,
  }),
  'slack-away': ({ errno, since }) => ({
    what: say`Slack does not answer since ${moment(since)} (${errnoWords(errno)}).`,
    means: say`Runs go on. Messages are posted when it is back.`,
    next: say`Until then use the terminal: ${typedInTerminal('status')}.`,
  }),
  'slack-refused': ({ error }) =>
    error === 'link_disabled'
      ? {
          what: say`Socket Mode is off for this Slack app (${code(error)}).`,
          means: say`Nothing that people do in Slack arrives. Runs go on; the terminal works.`,
          next: say`Turn on “Socket Mode” in the app’s settings at https://api.slack.com/apps, then start Lockkeeper again.`,
        }
      : {
          what: say`Slack does not take Lockkeeper’s token: ${code(error)}.`,
          means: say`Nothing can be asked or told in Slack. Runs go on; the terminal works.`,
          next: say`Copy the bot token from the app’s settings (“OAuth & Permissions”) once more, and start Lockkeeper again.`,
        },
  'port-refused': ({ port, errno }) => ({
    what: say`Lockkeeper cannot listen on ${code(`PORT ${port}`)} (${errnoWords(errno)}), where Slack’s requests would come in.`,
    next:
      errno === 'EADDRINUSE'
        ? say`End what listens there (another Lockkeeper?), or set ${code('PORT')} to a port that is free; then start Lockkeeper again.`
        : say`Set ${code('PORT')} to a port on which Lockkeeper may listen, and start it again.`,
  }),
} satisfies Partial<Wordings>
