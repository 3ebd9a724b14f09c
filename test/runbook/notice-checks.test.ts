import { describe, expect, it } from 'vitest'
import { changed, faultsOf } from './files.ts'

const audiences = { staff: { channels: ['#general'] }, board: { mail: ['ceo@morishr.test'] } }
const notice = (given: object) => ({ at: '-24h', to: ['staff'], subject: 'HRMS', text: 'Soon.', ...given })

async function told(changes: Record<string, unknown>) {
  const faults = await faultsOf(await changed(changes))
  return faults.map(({ key, what, remedy }) => `${key} ${what}. ${remedy}`)
}
const toldOf = (...notices: object[]) =>
  told({ audiences, notices: [...notices, notice({ at: 'end', to: ['board', 'staff'] })] })

describe('who is told what', () => {
  it('is each audience that there is, and every one of them', async () => {
    expect(await toldOf(notice({ to: ['stafff', 'nobody'] }))).toEqual([
      'notices[0].to[0] is not an audience. Did you mean `staff`?',
      'notices[0].to[1] is not an audience. Define it under audiences: its channels, people, groups or mail.',
    ])
    expect(await told({ audiences, notices: [notice({})] })).toEqual([
      'audiences.board is told nothing. Name it under to of a notice, or remove it.',
    ])
  })

  it('is somebody', async () => {
    expect(await told({ audiences: { staff: {} }, notices: [notice({})] })).toEqual([
      expect.stringContaining('audiences.staff has nobody.') as string,
    ])
    expect(await toldOf(notice({ to: undefined }))).toEqual([
      'notices[0].to names nobody. Name one of the audiences, e.g. to: [all users].',
    ])
  })

  it('is everybody who was told before, for what follows', async () => {
    const follows = ['moved', 'called-off', 'overrun', 'unchanged']
    expect(await toldOf(...follows.map((at) => notice({ at, to: undefined })))).toEqual([])
    expect(await toldOf(notice({ at: 'moved' }))).toEqual([
      'notices[0].to is not asked: what is `moved` goes to everybody who was told before. Leave it out.',
    ])
  })

  it('is told once at a time', async () => {
    expect(await toldOf(notice({ at: '-72h', to: ['board', 'staff'] }), notice({ at: '-3d' }))).toEqual([
      'notices[1].to[0] is told at the same time by `notices[0]`. Make one notice of both, or take the audience out of one.',
    ])
    const moved = notice({ at: 'moved', to: undefined })
    expect(await toldOf(moved, moved)).toEqual([
      'notices[1].at is that of `notices[0]` too. Keep one of them.',
    ])
  })
})

describe('the time of a notice', () => {
  it.each(['-72h', '-30m', '-3d', 'start'])('is %s', async (at) => {
    expect(await toldOf(notice({ at }))).toEqual([])
  })
  it.each(['72h', '-0h', '-1w', 'begin', '-1.5h', 'T-72'])('is not %s', async (at) => {
    expect(await toldOf(notice({ at }))).toEqual([expect.stringContaining('notices[0].at is not a time')])
  })
})

describe('the words of a notice', () => {
  it('use what is known of it', async () => {
    expect(await toldOf(notice({ text: '{{ product }} {{ window }} {{ contacts.first }}' }))).toEqual([])
    expect(
      await toldOf(notice({ subject: '{{ startt }}', text: 'From\n{{ when }} {{ start.day }}' })),
    ).toEqual([
      'notices[0].subject uses {{ startt }}, which nobody fills, in its line 1. Did you mean {{ start }}?',
      'notices[0].text uses {{ when }}, which nobody fills, in its line 2. Known here are product, title, purpose, contacts, window, start, end, date, duration.',
      'notices[0].text uses {{ start.day }}, and start has no parts, in its line 2. Write {{ start }}.',
    ])
  })

  it('use what this kind of notice has', async () => {
    expect(await toldOf(notice({ at: 'moved', to: undefined, text: 'not {{ was }}' }))).toEqual([])
    expect(await toldOf(notice({ text: '{{ was }}' }), notice({ at: 'start', text: '{{ news }}' }))).toEqual([
      'notices[0].text uses {{ was }}, which only moved has, in its line 1. A notice of a time before the start knows product, title, purpose, contacts, window, start, end, date, duration.',
      'notices[1].text uses {{ news }}, which only overrun has, in its line 1. A notice of start knows product, title, purpose, contacts, window, start, end, date, duration, since, takenBack.',
    ])
  })

  it('are Liquid, with the line of each fault', async () => {
    const [open, filter] = await toldOf(
      notice({ text: 'Dear Team,\n{{ start', subject: '{{ start | date: "%H" }}' }),
    ).then((faults) => faults.toReversed())
    expect(open).toMatch(
      /^notices\[0\]\.text is not Liquid that can be read: output "\{\{ start" not closed, in its line 2\. Write \{\{ name \}\}/,
    )
    expect(filter).toMatch(
      /^notices\[0\]\.subject is not Liquid that can be read: undefined filter: date, in its line 1\. .*the filters join, first/,
    )
  })

  it('read no file', async () => {
    expect(await toldOf(notice({ text: '{% include "/etc/passwd" %}' }))).toEqual([
      expect.stringContaining('notices[0].text is not Liquid that can be read: tag "include" not found'),
    ])
  })
})

describe('the zone of its times', () => {
  it.each(['Indian/Mauritius', 'Asia/Kolkata', 'Asia/Calcutta', 'UTC', 'America/Argentina/Buenos_Aires'])(
    'is %s',
    async (timeZone) => {
      expect(await told({ timeZone })).toEqual([])
    },
  )
  it.each(['MUT', '+04:00', 'CET', 'Indian/Mauritus', 'GMT'])('is not %s', async (timeZone) => {
    expect(await told({ timeZone, timeZoneName: undefined })).toEqual([
      expect.stringContaining('timeZone is not a time zone'),
    ])
  })
  it('has one name only where it has no summer time', async () => {
    expect(await told({ timeZone: 'Europe/Paris', timeZoneName: 'CET' })).toEqual([
      'timeZoneName is one name, and Europe/Paris has two: CET and CEST. Leave it out: each time is then called as it is at its day.',
    ])
    expect(await told({ timeZone: 'Europe/Paris', timeZoneName: undefined })).toEqual([])
  })
})
