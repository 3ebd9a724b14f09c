import { describe, expect, test } from 'vitest'
import type { About, Notice } from '../../../src/domain/notice.ts'
import type { Runbook } from '../../../src/domain/runbook.ts'
import type { Schedule, Window } from '../../../src/domain/schedule.ts'
import { drawMessage } from '../../../src/slack/blocks.ts'
import { noticeView } from '../../../src/views/notice/notice.ts'
import { durationWords } from '../../../src/views/notice/values.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { terminalText } from '../../../src/views/terminal.ts'
import { sampleRunbook } from '../../plans.ts'

const thursday: Window = { start: '2025-11-13T00:00:00.000Z', end: '2025-11-13T00:30:00.000Z' }
const friday: Window = { start: '2025-11-14T00:00:00.000Z', end: '2025-11-14T00:30:00.000Z' }

const runbook = (notices: Partial<Runbook['notices'][number]>[] = []): Runbook => ({
  ...sampleRunbook(),
  timeZone: 'Indian/Mauritius',
  timeZoneName: 'MUT',
  notices: notices.map((given) => ({ at: '-24h', to: [], subject: 'HRMS', text: 'Soon.', ...given })),
})

const scheduled = (of: Runbook): Schedule => ({
  id: 'add-security-enhancements@1',
  runbook: of,
  window: thursday,
  moves: 0,
  by: 'U_ASHA',
  madeAt: '2025-11-10T00:00:00.000Z',
  ahead: true,
  run: null,
  newsAt: null,
  marks: [],
  over: null,
})

let made = 0
const notice = (about: About, given: Partial<Notice> = {}): Notice => ({
  id: `add-security-enhancements@1/${++made}`,
  schedule: 'add-security-enhancements@1',
  place: null,
  about,
  window: thursday,
  dueAt: '2025-11-13T00:12:00.000Z',
  at: new Date(Date.parse('2025-11-10T00:00:00.000Z') + made * 1000).toISOString(),
  withheld: null,
  to: [{ channel: '#hrms-news' }],
  untold: [],
  ...given,
})

const ahead = { is: 'ahead' } as const
const moved = { is: 'moved', from: thursday } as const
const said = (one: Notice, all: readonly Notice[] = [one], of = runbook()) =>
  plainText(noticeView(one, scheduled(of), all))

describe('an announcement in our own words', () => {
  test.each<[string, About, Window, string[]]>([
    [
      'of what comes',
      ahead,
      thursday,
      [
        'HRMS will be unavailable on Thursday 13 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC)',
        'For up to 30 minutes. Please save your work before.',
      ],
    ],
    [
      'of the start',
      { is: 'start' },
      thursday,
      [
        'HRMS is unavailable since Thursday 13 November 2025, 04:12 MUT (00:12 UTC)',
        'Expected back by Thursday 13 November 2025, 04:30 MUT (00:30 UTC). You are told when it is.',
      ],
    ],
    [
      'of the end',
      { is: 'end' },
      thursday,
      [
        'HRMS is available since Thursday 13 November 2025, 04:12 MUT (00:12 UTC)',
        'You can go on working. If you are asked to, sign in once more.',
      ],
    ],
    [
      'of an end without the change',
      { is: 'unchanged', takenBack: false },
      thursday,
      ['HRMS is available; the change was not made.', 'Nothing to do.'],
    ],
    [
      'of a change taken back',
      { is: 'unchanged', takenBack: true },
      thursday,
      ['HRMS is available; the change was taken back.', 'Nothing to do.'],
    ],
    [
      'of another time',
      moved,
      friday,
      [
        'Moved: HRMS is unavailable on Friday 14 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC), not Thursday 13 November, 04:00–04:30 MUT',
      ],
    ],
    [
      'of none',
      { is: 'called-off', reason: 'the release is late', missed: false },
      thursday,
      ['Called off: HRMS stays available on Thursday 13 November 2025', 'Why: the release is late'],
    ],
    [
      'of none, without a reason',
      { is: 'called-off', reason: null, missed: false },
      thursday,
      ['Called off: HRMS stays available on Thursday 13 November 2025', 'Nothing to do.'],
    ],
    [
      'of one that nobody started',
      { is: 'called-off', reason: null, missed: true },
      thursday,
      [
        'Called off: HRMS stays available on Thursday 13 November 2025',
        'It did not take place. A new time is announced before anything happens.',
      ],
    ],
    [
      'of a window that overruns',
      { is: 'overrun', news: '2025-11-13T00:50:00.000Z', says: null },
      thursday,
      [
        'HRMS is still unavailable. Next news by Thursday 13 November 2025, 04:50 MUT (00:50 UTC), even if nothing changed',
      ],
    ],
    [
      'of a window that overruns, with what somebody says',
      { is: 'overrun', news: '2025-11-13T00:50:00.000Z', says: 'A lock keeps us.' },
      thursday,
      [
        'HRMS is still unavailable. Next news by Thursday 13 November 2025, 04:50 MUT (00:50 UTC), even if nothing changed',
        'A lock keeps us.',
      ],
    ],
  ])('%s', (_, about, window, lines) => {
    expect(said(notice(about, { window }))).toBe(lines.join('\n'))
  })
})

describe('an announcement in the runbook’s words', () => {
  const subject = '{{ product }} on {{ date }}'
  const text = 'Dear Team,\n\nFrom {{ start }}, {{ duration }}\n- save\n- log out'

  test('has its times for each reader, and its subject in bold', () => {
    const of = runbook([{ subject, text }])
    const one = notice(ahead, { place: 0 })
    expect(said(one, [one], of)).toBe(
      [
        'HRMS on Thursday 13 November 2025',
        'Dear Team,',
        'From Thursday 13 November 2025, 04:00 MUT (00:00 UTC), up to 30 minutes',
        '- save',
        '- log out',
      ].join('\n'),
    )
    const { blocks } = drawMessage(noticeView(one, scheduled(of), [one]), { nonces: [], groups: () => [] })
    expect(blocks[0]).toMatchObject({
      text: {
        text: `*HRMS on* Thursday 13 November (your time: <!date^1762992000^{date_long}|Thursday 13 November 2025>)`,
      },
    })
    const terminal = { colour: false, width: 200, timeZone: 'America/Los_Angeles' }
    expect(terminalText(noticeView(one, scheduled(of), [one]), terminal)).toContain(
      'From Thursday 13 November 2025, 04:00 MUT (Wednesday 12 November, 16:00 GMT-8), up to 30 minutes',
    )
  })

  test.each<[About, string, string]>([
    [{ is: 'start' }, '{{ since }}', 'Thursday 13 November 2025, 04:12 MUT (00:12 UTC)'],
    [moved, 'not {{ was }}', 'not Thursday 13 November, 04:00–04:30 MUT'],
    [
      { is: 'overrun', news: '2025-11-13T00:50:00.000Z', says: null },
      '{{ news }}{% if says %}, {{ says }}{% endif %}',
      'Thursday 13 November 2025, 04:50 MUT (00:50 UTC)',
    ],
    [{ is: 'called-off', reason: 'too late', missed: false }, '{{ reason }}', 'too late'],
    [{ is: 'unchanged', takenBack: true }, '{% if takenBack %}undone{% endif %}', 'undone'],
    [
      ahead,
      '{{ title }}: {{ purpose }}; {{ window }}; {{ end }}',
      'AddSecurityEnhancements: Password reset tokens; Thursday 13 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC); Thursday 13 November 2025, 04:30 MUT (00:30 UTC)',
    ],
  ])('of %o: %s', (about, text, words) => {
    const one = notice(about, { place: 0 })
    expect(said(one, [one], runbook([{ text }]))).toBe(`HRMS\n${words}`)
  })

  test('names contacts by what they are reached', () => {
    const of = {
      ...runbook([{ text: '{% for contact in contacts %}\n- {{ contact }}\n{% endfor %}' }]),
      contacts: [
        { role: 'DBA', email: 'dba@morishr.test', phone: '+230', informed: false },
        { role: 'Lead', person: 'U0ASHA0001', informed: false },
        { role: 'Nobody', informed: false },
      ],
    }
    const one = notice(ahead, { place: 0 })
    expect(said(one, [one], of)).toBe(
      'HRMS\n- DBA: dba@morishr.test, +230\n- Lead: @U0ASHA0001\n- Nobody: nothing is written down',
    )
  })

  test('that cannot be filled is made in our own', () => {
    const one = notice(ahead, { place: 0 })
    expect(said(one, [one], runbook([{ text: '{{ of_another_release }}' }]))).toMatch(
      /^HRMS will be unavailable on/,
    )
  })

  test('with a subject that comes out empty has ours', () => {
    const one = notice(ahead, { place: 0 })
    expect(said(one, [one], runbook([{ subject: '{% if false %}x{% endif %}' }]))).toMatch(
      /^HRMS will be unavailable on .*\nSoon\.$/,
    )
  })
})

describe('an announcement after which another was made', () => {
  const of = runbook([{ subject: 'HRMS is away', text: 'From {{ start }}\n- save\n- log out' }])
  const first = notice(ahead, { place: 0 })
  const after = (...later: Notice[]) => said(first, [first, ...later], of)
  const before = [
    'Before, it said: HRMS is away',
    'From Thursday 13 November 2025, 04:00 MUT (00:00 UTC)',
    '• save',
    '• log out',
  ].join('\n')

  test('says first what is true now, and what it said in small print', () => {
    const move = notice(moved, { window: friday })
    expect(after(move)).toBe(
      `Moved: HRMS is unavailable on Friday 14 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC)\n${before}`,
    )
    expect(noticeView(first, scheduled(of), [first, move]).parts.map(({ part }) => part)).toEqual([
      'note',
      'note',
      'note',
    ])
  })
  test.each<[About, string]>([
    [
      { is: 'called-off', reason: 'late', missed: false },
      'Called off: HRMS stays available on Thursday 13 November 2025',
    ],
    [{ is: 'start' }, 'Begun: HRMS is unavailable since Thursday 13 November 2025, 04:12 MUT (00:12 UTC)'],
    [
      { is: 'overrun', news: '2025-11-13T00:50:00.000Z', says: null },
      'HRMS is still unavailable. Next news by Thursday 13 November 2025, 04:50 MUT (00:50 UTC)',
    ],
    [{ is: 'end' }, 'Over: HRMS is available again since Thursday 13 November 2025, 04:12 MUT (00:12 UTC)'],
    [{ is: 'unchanged', takenBack: false }, 'Over: HRMS is available again; the change was not made'],
    [{ is: 'unchanged', takenBack: true }, 'Over: HRMS is available again; the change was taken back'],
    [
      { is: 'unchanged', takenBack: false, unsure: true },
      'Over: HRMS is available again; whether the change was made is still looked at',
    ],
  ])('says so of %o', (about, line) => {
    expect(after(notice(about))).toBe(`${line}\n${before}`)
  })
  test('follows the last of several', () => {
    const move = notice(moved, { window: friday })
    expect(after(move, notice({ is: 'start' }, { window: friday }), notice({ is: 'end' }))).toMatch(/^Over:/)
    expect(after(move, notice({ is: 'moved', from: friday }))).toMatch(/^HRMS is away/)
  })
  test('stays as it is where the same is told again, or what was told is not made', () => {
    expect(after(notice(ahead))).toMatch(/^HRMS is away/)
    expect(after(notice({ is: 'start' }, { withheld: 'nobody' }))).toMatch(/^HRMS is away/)
    expect(after(notice({ is: 'start' }, { at: null }))).toMatch(/^HRMS is away/)
    const end = notice({ is: 'end' })
    expect(said(end, [end, notice({ is: 'end' })])).toMatch(/^HRMS is available since/)
  })
  test('tells the newest promise of news', () => {
    const overrun = (news: string) => notice({ is: 'overrun', news, says: null })
    const [one, other] = [overrun('2025-11-13T00:50:00.000Z'), overrun('2025-11-13T01:10:00.000Z')]
    expect(said(one, [first, one, other])).toMatch(/^HRMS is still unavailable\. Next news by .*05:10 MUT/)
    expect(said(other, [first, one, other])).toMatch(/even if nothing changed$/)
  })
})

test.each([
  [{ expected: 900_000 }, 'about 15 minutes'],
  [{ expected: 3_600_000 }, 'about 1 hour'],
  [{ expected: 5_400_000 }, 'about 90 minutes'],
  [{ expected: 30_000 }, 'about 30 seconds'],
  [{ expected: 1_500 }, 'about 2 seconds'],
  [{}, 'up to 30 minutes'],
])('users are told %o as %s', (window, words) => {
  const { window: sample } = sampleRunbook()
  expect(durationWords({ window: { ...sample, ...window } })).toBe(words)
})
