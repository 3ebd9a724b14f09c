import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callCast, room } from '../../demo/auto/cast.ts'
import { openStage, type Stage } from '../../demo/stage/open.ts'
import { openBrowser } from './browser.ts'
import { hangs } from '../hangs.ts'
import { chromium, dotnet, needing } from '../needs.ts'

/** `LOCKKEEPER_SCREENSHOTS=docs/images npm test` takes the README's pictures anew. */
const pictures =
  process.env['LOCKKEEPER_SCREENSHOTS'] ?? (await mkdtemp(path.join(tmpdir(), 'lockkeeper-pictures-')))

/** A night in the page as three people live it; each test goes on where the one before ended. */
describe('The demo in a browser', needing(chromium), () => {
  let stage: Stage
  let browser: BrowserContext
  let page: Page
  let closeBrowser: () => Promise<void>
  const faults: string[] = []

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true })
    stage = await openStage({ port: 0, fresh: false, hrms: 'sql', say: () => {} })
    ;({ browser, close: closeBrowser } = await openBrowser({ width: 1360, height: 900 }))
    page = browser.pages()[0] ?? (await browser.newPage())
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.setDefaultTimeout(hangs)
    await page.goto(`${stage.workspace.pageUrl}/?as=asha`)
  })

  afterAll(async () => {
    await closeBrowser?.()
    await stage?.close()
  })

  const picture = (name: string) =>
    page.screenshot({ path: path.join(pictures, `${name}.png`), animations: 'disabled' })
  const sitDownAs = (name: string) =>
    page
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .first()
      .click()
  const messages = () => page.locator('#messages')
  const modal = () => page.locator('#modal[open]')
  /** A button of a message by what it shows: what it is called for screen readers says more. */
  const button = (label: string) => messages().locator('button[data-action]', { hasText: label }).last()
  const goTo = (name: string) => page.locator('#sidebar li').getByRole('link', { name }).click()
  const mailLink = () => page.locator('#sidebar').getByRole('link', { name: 'Mail' })
  const letters = () => page.locator('#letters .letter-row')
  /** What comes of a submission is shown in its modal, and closed by whoever has read it. */
  const readAndClose = async (words: RegExp) => {
    await modal().getByText(words).waitFor()
    await modal().getByRole('button', { name: 'Close' }).last().click()
    await modal().waitFor({ state: 'hidden' })
  }
  const type = async (words: string) => {
    await page.locator('#typed').fill(words)
    await page.keyboard.press('Enter')
  }

  test('an empty channel says what to type', async () => {
    await page.getByText('Nothing has happened yet').waitFor()
    expect(await page.locator('#heading h1').innerText()).toContain('migrations')
  })

  test('a slash command is completed while it is typed', async () => {
    await page.locator('#typed').pressSequentially('/migrate pl')
    await page.getByRole('option', { name: /\/migrate plan/ }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('add')
    await page.getByRole('option', { name: /add-security-enhancements/ }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator('#typed').inputValue()).toBe('/migrate plan add-security-enhancements ')
  })

  test('help is visible only to the one who asked, and can be dismissed', async () => {
    await type('/migrate help')
    const only = messages().locator('.message.only').first()
    await only.getByText('Only visible to you').waitFor()
    await sitDownAs('Dan')
    await page.getByText('You are Dan Lim').waitFor()
    expect(await messages().locator('.message.only').count()).toBe(0)
    await sitDownAs('Asha')
    await only.getByRole('button', { name: 'Dismiss' }).click()
    await expect.poll(() => messages().locator('.message.only').count()).toBe(0)
  })

  test('a time is read back with who is told and when, before it counts', async () => {
    await page.locator('.guide').getByText('schedules the migration').click()
    expect(await page.locator('#typed').inputValue()).toMatch(/^\/migrate schedule .* in 2 hours$/)
    await page.keyboard.press('Enter')
    await modal().getByText('all users, support team').waitFor()
    await picture('schedule')
    await modal().getByRole('button', { name: 'Schedule it' }).click()
    await readAndClose(/Scheduled:/)
    await page.locator('.guide .next').getByText('asks who is called').waitFor()
    await goTo('general')
    await messages().getByText('Save all work before').waitFor()
  })

  test('who has no Slack gets a letter, which is in Mail with its invitation', async () => {
    await mailLink().locator('.badge').getByText('4').waitFor()
    await goTo('Mail')
    await expect.poll(() => letters().count()).toBe(4)
    expect(await page.locator('#composer').isVisible()).toBe(false)
    await letters().filter({ hasText: 'support@morishr.com' }).click()
    const letter = page.locator('#thread .letter')
    await letter.getByText('The schedule is final').waitFor()
    expect(await letter.locator('.invitation').innerText()).toMatch(
      /HRMS unavailable\n.*\d\d:\d\d–\d\d:\d\d, your time\nInvitation · REQUEST, sequence 0/,
    )
    await goTo('migrations')
    expect(await mailLink().locator('.badge').count()).toBe(0)
  })

  test('a plan is posted with its warnings, and waits for two people', async () => {
    await type('/migrate plan add-security-enhancements')
    await readAndClose(/Nothing was run/)
    await messages().getByText('0 of 2 approvals').waitFor()
    await messages().locator('.replies').waitFor()
    await expect.poll(() => page.locator('.chair .badge').count()).toBe(2)
    await picture('plan')
  })

  test('Dan and Mei approve it, each in a modal of their own', async () => {
    for (const name of ['Dan', 'Mei']) {
      await sitDownAs(name)
      await button('Approve…').click()
      await modal().getByRole('button', { name: 'Approve', exact: true }).click()
      await readAndClose(/Recorded/)
    }
    await messages().getByText('approved, ready to run').waitFor()
  })

  test('moved nearer, it is told to whoever was told, and in Mail below the first letter', async () => {
    await sitDownAs('Asha')
    await page.locator('.guide .next').getByText('moves it nearer').click()
    await page.keyboard.press('Enter')
    await modal().getByText('Moves it').waitFor()
    await modal().getByRole('button', { name: 'Move it' }).click()
    await readAndClose(/Moved:/)
    await goTo('Mail')
    await letters()
      .filter({ hasText: 'cto@morishr.com' })
      .filter({ has: page.locator('.letter-subject', { hasText: /^Moved: HRMS/ }) })
      .click()
    const opened = page.locator('#thread .letter[aria-current]')
    await opened.getByText('sequence 1').waitFor()
    expect(await opened.innerText()).toMatch(/Answers the one of \d\d:\d\d: \[MAINTENANCE\]/)
    expect(await page.locator('#thread .letter').count()).toBe(2)
    await page.locator('#letters').getByText('HRMS is unavailable from').waitFor()
    await picture('mail')
    await page.getByRole('button', { name: 'Close letter' }).click()
    await goTo('general')
    await messages().getByText('Moved: HRMS is unavailable').last().waitFor()
    await goTo('migrations')
  })

  test('a mistyped database is refused beside its field, and what was typed stays', async () => {
    await sitDownAs('Asha')
    await button('Run…').click()
    const field = modal().getByLabel(/database’s name/)
    await field.fill('hrms_mater')
    await modal().getByRole('button', { name: 'Run now' }).click()
    await modal()
      .getByText(/You typed/)
      .waitFor()
    expect(await field.inputValue()).toBe('hrms_mater')
    await picture('modal')
    await field.fill('hrms_master')
    await modal().getByRole('button', { name: 'Run now' }).click()
    await readAndClose(/has begun/)
  })

  test('the run is one live message, pinned, that says what is not run yet', async () => {
    await page.locator('.pin').getByText('HRMS is down since').waitFor()
    await page.locator('.world').getByText('HRMS is down').waitFor()
    expect(await messages().locator('.message.pinned').innerText()).toMatch(/Not run/)
    await picture('run')
  })

  test('a session that is in the way is shown, ticked and ended', async () => {
    await button('Choose…').waitFor()
    await picture('gate')
    await button('Choose…').click()
    await modal().getByRole('checkbox').check()
    await picture('sessions')
    await modal().getByRole('button', { name: 'End the ticked ones' }).click()
    await readAndClose(/Recorded/)
  })

  test('HRMS comes back, and the thread tells every step', async () => {
    await button('Roll back…').waitFor()
    await page.locator('.world').getByText('HRMS is up').waitFor()
    await page.locator('.pin').waitFor({ state: 'detached' })
    await picture('back')
    await messages().locator('.message', { hasText: 'approved by' }).locator('.replies').last().click()
    await page.locator('#thread').getByRole('link', { name: 'Break-glass card' }).waitFor()
    await picture('thread')
  })

  test('in the dark, and on a phone, it is the same', async () => {
    await page.getByRole('button', { name: 'Light or dark' }).click()
    await picture('dark')
    await page.getByRole('button', { name: 'Close thread' }).click()
    await page.setViewportSize({ width: 390, height: 844 })
    await picture('phone')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  })

  test('the page had no fault of its own', () => {
    expect(faults).toEqual([])
  })
})

/** In this file, because there is one demo a checkout. */
describe('The demo with HRMS on .NET', needing(dotnet), () => {
  let stage: Stage
  const said: string[] = []

  beforeAll(async () => {
    stage = await openStage({ port: 0, fresh: false, hrms: 'dotnet', say: (line) => said.push(line) })
  })

  afterAll(() => stage?.close(), 60_000)

  test('says so, and HRMS is the ASP.NET application in the release before the migration', async () => {
    expect(said.join('\n')).toMatch(/^\.NET SDK 10\.\S+ is here: HRMS is the ASP\.NET one/m)
    const answer = await fetch(`${stage.hrmsUrl}/health`)
    expect(answer.headers.get('server')).toBe('Kestrel')
    expect(await answer.json()).toEqual({ status: 'Healthy', release: 'before' })
  })

  test('plans what dotnet ef scripts', async () => {
    const { followed, asha } = await callCast(stage.workspace.pageUrl)
    try {
      await asha.type(room, '/migrate plan add-security-enhancements')
      const scripts = await followed.until(
        'the scripts in the plan’s thread',
        () => [...followed.messages.values()].find(({ files }) => files.length > 0)?.files,
      )
      // Only EF Core writes the second one.
      expect(scripts.map(({ title }) => title)).toEqual([
        'What is run',
        'The same, whatever the history says: to read, or to run by hand',
        'What takes it back',
      ])
    } finally {
      followed.close()
    }
  })
})
