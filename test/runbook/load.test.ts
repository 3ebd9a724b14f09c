import { rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRunbooks } from '../../src/runbook/load.ts'
import { changed, faultsOf, folderWith } from './files.ts'

const brief = async (text: string) =>
  (await faultsOf(text)).map(({ line, column, key, what }) => `${line}:${column} ${key} ${what}`)

describe('a folder of runbooks', () => {
  it('is read at any depth, with the place of each file', async () => {
    const folder = await folderWith({
      'one.yml': await changed({ name: 'one' }),
      'deep/er/two.yaml': await changed({ name: 'two' }),
    })
    const { runbooks, broken } = await openRunbooks(folder).all()
    expect(broken).toEqual([])
    expect(runbooks.map(({ name, folder: of }) => [name, of])).toEqual([
      ['one', folder],
      ['two', path.join(folder, 'deep/er')],
    ])
  })

  it('leaves out hidden folders, node_modules, the configuration, and what is not YAML', async () => {
    const folder = await folderWith({
      '.hidden/a.yml': 'x: 1',
      'node_modules/p/a.yml': 'x: 1',
      'lockkeeper.yml': 'x: 1',
      'notes.md': 'x: 1',
    })
    expect(await openRunbooks(folder).all()).toEqual({ runbooks: [], broken: [] })
  })

  it('keeps the good ones usable beside a broken one', async () => {
    const folder = await folderWith({ 'good.yml': await changed(), 'bad.yml': 'name: bad' })
    const { runbooks, broken } = await openRunbooks(folder).all()
    expect(runbooks).toHaveLength(1)
    expect(broken.map((each) => each.file)).toEqual([path.join(path.basename(folder), 'bad.yml')])
  })

  it('takes neither of two runbooks with one name, and says so in both files', async () => {
    const folder = await folderWith({ 'a.yml': await changed(), 'b.yml': await changed() })
    const { runbooks, broken } = await openRunbooks(folder).all()
    expect(runbooks).toEqual([])
    const base = path.basename(folder)
    expect(broken.map(({ file, faults }) => [file, faults[0]?.key, faults[0]?.what])).toEqual([
      [`${base}/a.yml`, 'name', `is the name of ${base}/b.yml too`],
      [`${base}/b.yml`, 'name', `is the name of ${base}/a.yml too`],
    ])
  })

  it('is a fault when it is missing', async () => {
    const { broken } = await openRunbooks('/nowhere/at/all').all()
    expect(broken).toMatchObject([{ code: 'runbook-broken', faults: [{ what: 'is not a folder' }] }])
  })
})

describe('a folder of runbooks that is asked for again', () => {
  it('gives an edited file as it is now, its size and times as they were', async () => {
    const folder = await folderWith({ 'a.yml': await changed({ title: 'One' }) })
    const file = path.join(folder, 'a.yml')
    const { atime, mtime } = await stat(file)
    const runbooks = openRunbooks(folder)
    expect((await runbooks.all()).runbooks).toMatchObject([{ title: 'One' }])
    await writeFile(file, await changed({ title: 'Two' }))
    await utimes(file, atime, mtime)
    expect((await runbooks.all()).runbooks).toMatchObject([{ title: 'Two' }])
    await rm(file)
    expect(await runbooks.find('add-security-enhancements')).toMatchObject({ ok: false })
  })

  it('parses no text twice that is as it was', async () => {
    const runbooks = openRunbooks(await folderWith({ 'a.yml': await changed() }))
    const [first, again] = [await runbooks.all(), await runbooks.all()]
    expect(again.runbooks[0]?.services).toBe(first.runbooks[0]?.services)
  })

  it('sees that a folder has gone which the text still names', async () => {
    const folder = await folderWith({ 'a.yml': await changed() })
    const runbooks = openRunbooks(folder)
    expect((await runbooks.all()).broken).toEqual([])
    await rm(path.join(folder, 'migrations'), { recursive: true })
    expect((await runbooks.all()).broken).toMatchObject([{ faults: [{ what: 'is not a folder' }] }])
  })
})

describe('a runbook that somebody typed', () => {
  it('is found whatever its capitals and the spaces around it', async () => {
    const folder = await folderWith({ 'a.yml': await changed() })
    expect(await openRunbooks(folder).find(' Add-Security-Enhancements ')).toMatchObject({ ok: true })
  })

  it('is unknown with what was probably meant', async () => {
    const folder = await folderWith({ 'a.yml': await changed() })
    expect(await openRunbooks(folder).find('add-securty-enhancements')).toEqual({
      ok: false,
      problem: {
        code: 'runbook-unknown',
        typed: 'add-securty-enhancements',
        meant: 'add-security-enhancements',
        known: ['add-security-enhancements'],
      },
    })
    expect(await openRunbooks(folder).find('payroll')).toMatchObject({ problem: { meant: null } })
  })

  it('is told to be broken by its name, or by its file’s where the name cannot be read', async () => {
    const folder = await folderWith({ 'a.yml': await changed({ risk: 1 }), 'torn.yml': 'name: "x' })
    expect(await openRunbooks(folder).find('add-security-enhancements')).toMatchObject({
      problem: { code: 'runbook-broken' },
    })
    expect(await openRunbooks(folder).find('torn')).toMatchObject({ problem: { code: 'runbook-broken' } })
    expect(await openRunbooks('/nowhere/at/all').find('x')).toMatchObject({
      problem: { code: 'runbook-broken' },
    })
  })
})

describe('the faults of a file', () => {
  it('are all told at once, in its order, each with line, column, key and remedy', async () => {
    const faults = await faultsOf(`name: Foo
titel: x
target:
  url: postgres://a:hunter2@c/d
  database: 5
  database: hrms
risk:
  level: hihg
window: { drain: 5, expected: 5 min }
services: []
`)
    expect(faults.map(({ line, column, key, what }) => `${line}:${column} ${key} ${what}`)).toEqual([
      '1:1 name is not a name: lower-case letters, digits and hyphens, a letter first',
      '1:1 title is missing',
      '1:1 migration is missing',
      '1:1 purpose is missing',
      '1:1 product is missing',
      '1:1 channel is missing',
      '1:1 engine is missing',
      '1:1 approvals is missing',
      '2:1 titel is not a key that is known here',
      '3:1 target.production is missing',
      '3:1 target.application is missing',
      '4:3 target.url holds a URL with a password',
      '6:3 target.database stands twice',
      '7:1 risk.complexity is missing',
      '7:1 risk.rollback is missing',
      '8:3 risk.level is not one of low, medium, medium-high, high',
      '9:11 window.drain is a number, and must be text',
      '9:21 window.expected is not a duration: a number with ms, s, m or h',
      '10:1 services names no service',
    ])
    expect(faults.every((fault) => fault.remedy.length > 0 && fault.file.endsWith('/a.yml'))).toBe(true)
    expect(JSON.stringify(faults)).not.toContain('hunter2')
    const remedies = Object.fromEntries(faults.map((fault) => [fault.key, fault.remedy]))
    expect(remedies).toMatchObject({
      titel: 'Did you mean `title`?',
      'risk.level': 'Did you mean `high`?',
      'window.drain': expect.stringContaining('Write for example `30s`.') as string,
      channel: expect.stringContaining("Write for example `'#migrations'`.") as string,
      'target.url': expect.stringContaining('environment variable') as string,
    })
  })

  it('has no value that a # cuts off: behind a space it begins a comment', async () => {
    const text = (await changed()).replace(/^channel: .*$/m, 'channel: #migrations')
    const cut = text.replace(/^title: .*$/m, 'title: HRMS, see #hrms  # a comment')
    expect(await brief(cut.replace(/^product: .*$/m, 'product: HRMS # the whole of it'))).toEqual([
      '3:1 title ends before #hrms  # a comment, which is a comment in YAML',
      expect.stringMatching(/ channel ends before #migrations, which is a comment in YAML$/),
    ])
  })

  it.each([
    ["a: 'x", '1:6  a character is missing here: a quote, a bracket, a colon or a comma'],
    [
      'a: 1\nb: *.log',
      '2:4  this value begins with *, as an alias does, and there is nothing that it could stand for',
    ],
    [
      'a: &a [*a]',
      '1:8  this value begins with *, as an alias does, and there is nothing that it could stand for',
    ],
    ['a:\n\tb: 1', '2:1  a tab stands at the beginning of this line'],
    ['a: b: c', '1:4  a colon is followed by a second one on the same line'],
    ['a: 1\n---\nb: 2', '2:1  a second document begins here (---)'],
    ['', '1:1  is empty, and must be a block of keys'],
    ['- a', '1:1  is a list, and must be a block of keys'],
  ])('are told of YAML itself: %j', async (text, fault) => {
    expect(await brief(text)).toContain(fault)
  })

  it.each([
    [
      'target.url',
      'postgres_url',
      'target.url is not the name of an environment variable: capitals, digits and underscores',
    ],
    ['channel', 'migrations', 'channel is not a channel: #name or its id (C…)'],
    [
      'engine.history.table',
      'master.__EFMigrationsHistory',
      'engine.history.table is not a table with its schema: a name with capital letters stands in double quotes',
    ],
    ['engine.kind', 'flyway', 'engine.kind is not one of sql, efcore'],
    [
      'verification.columns.0.table',
      '"AdminUsers"',
      'verification.columns[0].table is not a table with its schema: a name with capital letters stands in double quotes',
    ],
    ['functional.0.url', '/health', 'functional[0].url is not an http or https URL'],
    ['functional.0.expect.status', 2000, 'functional[0].expect.status is more than 599'],
    [
      'functional.0.expect.json',
      { a: { is: 'text' } },
      'functional[0].expect.json.a is not what is expected here',
    ],
    ['backup.free', '10 GB', 'backup.free is not a size: a number with MB, GB or TB'],
    ['window.lockAttempts', 0, 'window.lockAttempts is less than 1'],
    ['target.minimumVersion', 9, 'target.minimumVersion is older than 12, which Lockkeeper does not know'],
    [
      'notices.0.at',
      'T-72',
      'notices[0].at is not a time: `-72h` before the start, `start`, `end`, `moved`, `called-off`, `overrun` or `unchanged`',
    ],
    ['contacts.0.email', 'nobody', 'contacts[0].email is not an e-mail address'],
    ['purpose', [], 'purpose says nothing'],
    ['services.0.start', 'node api.ts', 'services[0].start is text, and must be a list'],
  ])('are told of a value: %s = %j', async (key, value, fault) => {
    const faults = await faultsOf(await changed({ [key]: value }))
    expect(faults.map((each) => `${each.key} ${each.what}`)).toEqual([fault])
  })
})
