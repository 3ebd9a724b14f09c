import type { Stage } from '../stage/open.ts'
import { callCast, type Play } from './cast.ts'
import { playFailure } from './failure.ts'
import { playMigration } from './migration.ts'
import { makePrinter } from './print.ts'
import { playRollback } from './rollback.ts'
import { playSchedule } from './schedule.ts'
import { playTold } from './told.ts'

/** Plays a night by itself, as three people would through the page. 0: all went as told. */
export async function playStory(stage: Stage, say: (line: string) => void): Promise<number> {
  const began = Date.now()
  const cast = await callCast(stage.workspace.pageUrl, makePrinter(say), (line) => say(`\n» ${line}`))
  const play: Play = { stage, say, ...cast }
  const scenes: [string, (play: Play) => Promise<void>][] = [
    ['A migration is announced', playSchedule],
    ['A migration, with a report in the way', playMigration],
    ['A migration that fails halfway', playFailure],
    ['Who was told what', playTold],
    ['A rollback after users are in', playRollback],
  ]
  try {
    for (const [title, scene] of scenes) {
      say(`\n━━ ${title}`)
      await scene(play)
      say(`\n━━ ${title}: done, ${Math.round((Date.now() - began) / 1000)} s since the story began`)
    }
    say('\nAll went as told.')
    return 0
  } catch (error) {
    say(`\nThe story stopped. ${(error as Error).message}`)
    say('What Lockkeeper itself noted: .lockkeeper/demo/bot.log')
    return 1
  } finally {
    cast.followed.close()
  }
}
