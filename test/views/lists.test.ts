import { describe, expect, test } from 'vitest'
import type { RunbookStands } from '../../src/views/run/status.ts'
import { backupsView } from '../../src/views/run/backups.ts'
import { cardView } from '../../src/views/run/card.ts'
import { commandHelpView, helpView } from '../../src/views/help.ts'
import { lineText, plainText } from '../../src/views/words/plain.ts'
import { runStatusView, statusView } from '../../src/views/run/status.ts'
import { lookAgain } from '../../src/views/marks.ts'
import { at, lockedOut, plan, run } from './sample.ts'

const { runbook } = plan().approved
const down = run({ windowBegan: at('03:01:12') })
const idle: RunbookStands = { runbook, plan: null, run: null, last: null, scheduled: null }
const now = at('03:05:00')

describe('the status of everything', () => {
  const { attempts, gate } = lockedOut()
  test.each<[string, RunbookStands[], string, string, string[]]>([
    [
      'a run that waits',
      [{ ...idle, run: { run: down, attempts, gate } }],
      'HRMS is down since 03:01:12 UTC. 1 run under way',
      '1. add-security-enhancements · hrms_master · HRMS is down since 03:01:12 UTC · run 7F3A-1, waits for an answer at Migrate',
      ['1 · What happened'],
    ],
    [
      'a plan',
      [{ ...idle, plan: { id: '7F3A', approvals: { given: 1, needed: 2 }, blockers: 0 } }],
      'Nothing runs. 1 runbook',
      '1. add-security-enhancements · hrms_master · plan 7F3A, 1 of 2 approvals',
      ['1 · Open'],
    ],
    [
      'a blocked plan',
      [{ ...idle, plan: { id: '7F3A', approvals: { given: 2, needed: 2 }, blockers: 1 } }],
      'Nothing runs. 1 runbook',
      '1. add-security-enhancements · hrms_master · plan 7F3A, 1 blocker',
      ['1 · Open'],
    ],
    [
      'what was done',
      [{ ...idle, last: run({ ending: 'done', endedAt: at('03:01:26') }) }],
      'Nothing runs. 1 runbook',
      '1. add-security-enhancements · hrms_master · migrated 03:01:26 UTC (run 7F3A-1)',
      ['1 · What happened'],
    ],
    [
      'what is scheduled',
      [
        {
          ...idle,
          scheduled: {
            window: { start: '2025-11-14T00:00:00.000Z', end: '2025-11-14T00:30:00.000Z' },
            zone: { id: 'Indian/Mauritius', name: 'MUT' },
          },
        },
      ],
      'Nothing runs. 1 runbook',
      '1. add-security-enhancements · hrms_master · scheduled for Friday 14 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC) · not planned',
      ['1 · Plan'],
    ],
    [
      'nothing yet',
      [idle],
      'Nothing runs. 1 runbook',
      '1. add-security-enhancements · hrms_master · not planned',
      ['1 · Plan'],
    ],
  ])('%s', (_, stands, state, line, labels) => {
    const view = statusView(stands, now)
    expect(plainText(view).split('\n').slice(0, 2)).toEqual([state, line])
    expect(view.actions.map(({ label }) => label)).toEqual(labels)
  })

  test('no runbook at all is said', () => {
    expect(plainText(statusView([], now)).split('\n')[0]).toBe('Nothing runs. There is no runbook yet')
  })

  test('a broken runbook is shown with its faults', () => {
    const broken = {
      code: 'runbook-broken',
      file: 'x.yml',
      faults: [
        {
          file: 'x.yml',
          line: 3,
          column: 5,
          key: 'nmae',
          what: 'is not a key',
          remedy: 'Did you mean name?',
        },
      ],
    } as const
    expect(plainText(statusView([], now, [{ ...broken, faults: [...broken.faults] }]))).toContain(
      'x.yml has 1 fault: line 3:5, nmae: is not a key.',
    )
  })
})

test('one run shows its state, its choices, who acknowledged, and its last ten events', () => {
  const { attempts, gate } = lockedOut()
  const events = Array.from({ length: 12 }, (_, seq) => ({
    seq,
    at: at('03:00:40'),
    by: 'U_ASHA',
    run: '7F3A-1',
    plan: '7F3A',
    is: 'run.started' as const,
  }))
  const view = runStatusView(down, attempts, gate, events, now)
  const lines = plainText(view).split('\n')
  expect(lines[0]).toBe(
    'HRMS is down since 03:01:12 UTC. Stopped at Migrate; hrms_master is unchanged. Waits for an answer',
  )
  expect(lines).toContain('Nobody has acknowledged; questions go to @U_ASHA.')
  expect(lines).toContain('The last 10 events:')
  expect(lines.filter((line) => line === '- 03:00:40 UTC · started by @U_ASHA')).toHaveLength(10)
  expect(view.actions.map(({ label }) => label)).toEqual([
    'End 4242, retry…',
    'Retry',
    'Go back…',
    'Leave down',
  ])
})

test('help lists the commands it is given with an example each, and the runbooks', () => {
  const command = {
    name: 'plan',
    summary: 'look at the target; nothing is run',
    example: 'plan add-security-enhancements',
  }
  expect(plainText(helpView([command], [idle], now)).split('\n')).toEqual([
    'Lockkeeper runs database migrations: planned, approved, backed up, verified, and back when it fails. You may:',
    '- /migrate plan add-security-enhancements — look at the target; nothing is run',
    'Runbooks:',
    '1. add-security-enhancements · hrms_master · not planned',
    'written 03:05:00 UTC',
    'Buttons: 1 · Plan',
  ])
  expect(plainText(commandHelpView(command))).toBe(
    'plan — look at the target; nothing is run\nFor example: /migrate plan add-security-enhancements. Leave a name out and it asks for it.',
  )
})

test('what is typed as it stands is shown as such in a summary, without its backticks', () => {
  const command = { name: 'schedule', summary: 'moves it, or calls it `off`', example: 'schedule x off' }
  expect(commandHelpView(command).state).toContainEqual({ code: 'off' })
  expect(plainText(helpView([command], [], now))).toContain('— moves it, or calls it off\n')
})

test('above a form that is shown again each fault begins as a sentence', () => {
  expect(lineText(lookAgain([{ field: 'sessions', why: 'nothing is ticked' }]))).toBe(
    'Please look again. Nothing is ticked',
  )
})

describe('backups', () => {
  const backup = {
    backup: 'B-1',
    path: '/b/1',
    bytes: 542e6,
    databaseBytes: 2.4e9,
    tables: 12,
    sha256: 'ab'.repeat(32),
    lsn: '0/1',
    seconds: 28,
    madeAt: at('02:40:00'),
    runbook: 'add-security-enhancements',
  }
  test('are listed newest first, with what proves them', () => {
    expect(plainText(backupsView([backup], 'add-security-enhancements')).split('\n')).toEqual([
      '1 backup of add-security-enhancements, the newest of Thu 13 Nov 2025, 02:40:00 UTC',
      '- B-1 · Thu 13 Nov 2025, 02:40:00 UTC · 542 MB of 2.4 GB, 12 tables, 28 s · /b/1 · SHA-256 abababababababab',
      'Each was read through to its end when it was made. A restore loses everything written since.',
    ])
  })
  test('of all runbooks name theirs', () => {
    expect(plainText(backupsView([backup], null))).toContain('- B-1 · add-security-enhancements · ')
  })
  test('that are many are counted', () => {
    expect(
      plainText(
        backupsView(
          Array.from({ length: 25 }, () => backup),
          null,
        ),
      ),
    ).toContain('- and 5 older')
  })
  test('that are none offer to make one', () => {
    const view = backupsView([], 'add-security-enhancements')
    expect(plainText(view)).toBe(
      'No backup of add-security-enhancements yet\nMake one: /migrate backup add-security-enhancements. The application stays up.\nButtons: Back up',
    )
  })
})

test('the break-glass card has its commands in order, each to be copied as it stands', () => {
  const view = cardView(down, {
    file: '/x/card.txt',
    commands: [
      { what: 'Open hrms_master', command: 'psql -c "GRANT …"' },
      { what: 'Start hrms-api', command: 'node api.ts' },
    ],
  })
  expect(plainText(view).split('\n')).toEqual([
    'Break-glass card. Only if HRMS is down and Lockkeeper does not come back: this undoes everything by hand, from the top',
    'First look whether Lockkeeper is really gone: lockkeeper status. While it lives it does this itself, and checks more.',
    '1 · Open hrms_master',
    'psql -c "GRANT …"',
    '2 · Start hrms-api',
    'node api.ts',
    'The same is in /x/card.txt on Lockkeeper’s host. Run 7F3A-1, database hrms_master.',
    'Files: break-glass.txt',
  ])
  expect(view.parts.filter(({ part }) => part === 'code')).toHaveLength(2)
})
