import { describe, expect, it } from 'vitest'
import { changed, faultsOf } from './files.ts'

const service = { kind: 'process', pidFile: 'x.pid', start: ['node'], health: { url: 'http://x/health' } }
const request = (given: object) => ({ name: 'a', url: 'http://x', ...given })

async function told(changes: Record<string, unknown>, roles?: string[]) {
  const faults = await faultsOf(await changed(changes), roles ? { roles } : {})
  return faults.map(({ key, what, remedy }) => `${key} ${what}. ${remedy}`)
}

describe('what must fit together in a runbook', () => {
  it('fits in the example', async () => {
    expect(await told({}, ['database-team', 'cto'])).toEqual([])
  })

  it('names each service and each request once', async () => {
    const both = [request({}), request({})]
    expect(
      await told({
        services: [
          { name: 'api', ...service },
          { name: 'api', ...service },
        ],
        functional: both,
        publicEnvironment: [],
      }),
    ).toEqual([
      'services[1].name is the name of `services[0]` too. Name each one differently.',
      'functional[1].name is the name of `functional[0]` too. Name each one differently.',
    ])
  })

  it('asks approvals of roles that the configuration defines', async () => {
    expect(await told({}, ['database-teams', 'cto'])).toEqual([
      'approvals[0].role is not a role of the configuration. Did you mean `database-teams`?',
    ])
    expect(await told({}, ['cto'])).toEqual([
      'approvals[0].role is not a role of the configuration. Define it in lockkeeper.yml under roles. Known are: cto.',
    ])
  })

  it('uses a name in braces only after an earlier request kept it', async () => {
    const functional = [
      request({ headers: { x: '{token}' }, keep: { token: 'token' } }),
      request({ name: 'b', json: { deep: ['{token} {tokn} {HRMS_PORT}'] } }),
      request({ name: 'c', url: 'http://x/{id}' }),
    ]
    expect(await told({ functional })).toEqual([
      'functional[0].headers uses {token}, which no earlier request keeps. Keep it in an earlier request (keep: { token: path }), or write the name of an environment variable in capitals.',
      'functional[1].json uses {tokn}, which no earlier request keeps. Did you mean {token}?',
      'functional[2].url uses {id}, which no earlier request keeps. Keep it in an earlier request (keep: { id: path }), or write the name of an environment variable in capitals.',
    ])
  })

  it('uses no value that only the other release’s request keeps', async () => {
    const keep = { token: 'token' }
    const headers = { x: '{token}' }
    const only = (release: 'before' | 'after') => request({ name: release, only: release, keep })
    expect(await told({ functional: [only('after'), request({ headers })] })).toEqual([
      expect.stringContaining('functional[1].headers uses {token}, which no earlier request keeps') as string,
    ])
    expect(await told({ functional: [only('before'), request({ only: 'after', headers })] })).toHaveLength(1)
    expect(await told({ functional: [only('after'), request({ only: 'after', headers })] })).toEqual([])
    expect(await told({ functional: [only('after'), only('before'), request({ headers })] })).toEqual([])
  })

  it('uses environment variables alone in the URL of a health check', async () => {
    expect(await told({ 'services.0.health.url': 'http://{host}:{HRMS_PORT}/' })).toEqual([
      'services[0].health.url uses {host}, which is not the name of an environment variable. Write its name in capitals.',
    ])
  })

  it('keeps values under names that no environment variable has', async () => {
    expect(await told({ functional: [request({ keep: { TOKEN: 'token' } })] })).toEqual([
      'functional[0].keep.TOKEN is not a name to keep a value under. Begin it with a lower-case letter: names in capitals are environment variables.',
    ])
  })

  it('escalates to its contacts', async () => {
    expect(await told({ 'escalation.0.contact': 'Migration Leader' })).toEqual([
      'escalation[0].contact is not the role of a contact. Did you mean `Migration Lead`?',
    ])
  })

  it('leaves time: drain within the window, looks within the wait for health', async () => {
    expect(await told({ 'window.drain': '30m', 'services.0.health.every': '60s' })).toEqual([
      'services[0].health.every is not shorter than within. Look more often.',
      'window.drain is not shorter than window.within. Leave time for the migration and the start.',
    ])
  })

  it('names folders that exist', async () => {
    expect(await told({ 'engine.folder': 'nowhere', 'services.0.directory': 'nowhere' })).toEqual([
      'engine.folder is not a folder. It is relative to the folder of this file.',
      'services[0].directory is not a folder. It is relative to the folder of this file.',
    ])
  })

  it('names a project, and a bundle only where it is used', async () => {
    const engine = {
      kind: 'efcore',
      project: 'nowhere',
      startupProject: 'nowhere/api',
      context: 'MasterDbContext',
      connection: 'ConnectionStrings__MasterDb',
      bundle: 'efbundle',
    }
    expect(await told({ engine })).toEqual([
      'engine.project is neither a folder nor a project file. It is relative to the folder of this file.',
      'engine.startupProject is neither a folder nor a project file. It is relative to the folder of this file.',
      'engine.bundle is named, and not used. Set engine.apply to bundle, or leave it out.',
      'engine.bundle is not a file. It is relative to the folder of this file.',
    ])
  })

  it.each([
    ['functional.2.json.password', 'Test123!', 'functional[2].json.password'],
    ['functional.3.headers.authorization', 'Bearer abcdef', 'functional[3].headers.authorization'],
    ['services.0.start', ['node', 'api.ts', '--password=hunter2'], 'services[0].start[2]'],
    ['services.0.release.after.deploy', ['deploy', 'TOKEN=hunter2'], 'services[0].release.after.deploy[1]'],
    ['services.0.log', 'https://a:hunter2@logs', 'services[0].log'],
  ])('holds no secret: %s', async (key, value, at) => {
    const faults = await faultsOf(await changed({ [key]: value }))
    expect(faults).toMatchObject([
      { key: at, what: expect.stringMatching(/^holds a (secret|URL with a password)$/) as string },
    ])
    expect(faults[0]?.remedy).toContain('Take it out and change it')
    expect(JSON.stringify(faults)).not.toMatch(/hunter2|Test123|abcdef/)
  })

  it('is checked as far as the file is good: one fault does not hide others, nor make up any', async () => {
    expect(await told({ contacts: 'x', 'window.drain': '40m' })).toEqual([
      expect.stringContaining('window.drain is not shorter') as string,
      expect.stringContaining('contacts is text, and must be a list') as string,
    ])
  })
})
