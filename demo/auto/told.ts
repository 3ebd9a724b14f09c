import { expect, type Play } from './cast.ts'
import type { Followed } from './follow.ts'
import { plain } from './print.ts'

/** What an announcement was about. */
type News = 'announced' | 'moved' | 'soon' | 'begun' | 'available'

/** Their first lines, in the runbook's words and in Lockkeeper's own. */
const firstLines: [RegExp, News][] = [
  [/^Moved: HRMS is unavailable/, 'moved'],
  [/^\[MAINTENANCE\] HRMS is unavailable from/, 'soon'],
  [/^\[MAINTENANCE\] Database migration in progress/, 'begun'],
  [/^(\[MAINTENANCE\] System Available|HRMS is available)/, 'available'],
  [/^\[MAINTENANCE\]/, 'announced'],
]

/** By address, `#general`, `@dan` or `cto@morishr.com`: what was told there so far, in order. */
function toldSoFar({ posted, letters, conversations }: Followed): Map<string, News[]> {
  const place = (channel: string): string => {
    const { kind, name } = conversations.get(channel) ?? {}
    return `${kind === 'direct' ? '@' : '#'}${name}`
  }
  const said: [string, string][] = [
    ...posted.map(({ channel, text }): [string, string] => [place(channel), plain(text).replaceAll('*', '')]),
    ...letters.map(({ to, subject }): [string, string] => [to, subject]),
  ]
  const told = new Map<string, News[]>()
  for (const [where, words] of said) {
    const news = firstLines.find(([line]) => line.test(words))?.[1]
    if (news) told.set(where, [...(told.get(where) ?? []), news])
  }
  return told
}

/** Waits until all of these addresses were told this. */
export async function expectNews(
  { followed }: Play,
  news: News,
  addresses: readonly string[],
): Promise<void> {
  for (const address of addresses)
    await followed.until(`"${news}" to ${address}`, () => toldSoFar(followed).get(address)?.includes(news))
}

/** What the runbook's audiences come to: what each of them was told of the first migration, and of nothing twice. */
const wanted: Record<string, News[]> = {
  '#general': ['announced', 'moved', 'available'],
  '#hrms-news': ['soon', 'available'],
  '#operations': ['announced', 'moved', 'begun', 'available'],
  '@asha': ['begun', 'available'],
  '@dan': ['announced', 'moved', 'available'],
  '@mei': ['announced', 'moved', 'begun', 'available'],
  'ceo@morishr.com': ['announced', 'moved', 'available'],
  'cto@morishr.com': ['announced', 'moved', 'available'],
  'dba@morishr.com': ['begun', 'available'],
  'devops@morishr.com': ['announced', 'moved', 'begun', 'available'],
  'support@morishr.com': ['announced', 'soon', 'available'],
}

/** By now everything has arrived: each audience has what it should, nobody has anything twice, and nobody else anything. */
export async function playTold(play: Play): Promise<void> {
  for (const [address, news] of Object.entries(wanted))
    for (const each of news) await expectNews(play, each, [address])
  const told = toldSoFar(play.followed)
  for (const address of new Set([...Object.keys(wanted), ...told.keys()])) {
    const got = (told.get(address) ?? []).filter(
      (news) => !(address === overtaken.address && news === overtaken.news),
    )
    expect(
      `${address} is told ${wanted[address]?.join(', ') ?? 'nothing'}`,
      got.join() === wanted[address]?.join(),
      got,
    )
    play.say(`  ${address.padEnd(20)} ${got.join(', ')}`)
  }
  const { letters } = play.followed
  const invitations = letters.filter(({ to, invitation }) => to === 'cto@morishr.com' && invitation)
  expect(
    'the invitation of the CTO is moved by a letter below the first one',
    invitations.map(({ invitation }) => invitation?.sequence).join() === '0,1' &&
      invitations[1]?.answers === invitations[0]?.messageId,
    invitations,
  )
  play.say('\n✓ Everybody was told, in Slack or by letter, and nobody of anything twice.')
}

/** Who is told of the last hour in the same moment may not be told besides that it moved. */
const overtaken = { address: 'support@morishr.com', news: 'moved' }
