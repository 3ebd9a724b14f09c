import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openRunbooks } from '../../src/runbook/load.ts'
import { makeSecrets, secretsOfRunbook, variablesOf } from '../../src/runbook/secrets.ts'
import { changed, folderWith } from './files.ts'

async function runbook(changes: Record<string, unknown> = {}) {
  const [loaded] = (await openRunbooks(await folderWith({ 'a.yml': await changed(changes) })).all()).runbooks
  if (!loaded) throw new Error('broken')
  return loaded
}

it('knows every variable that a runbook names', async () => {
  expect(variablesOf(await runbook())).toEqual([
    'HRMS_ADMIN_EMAIL',
    'HRMS_ADMIN_PASSWORD',
    'HRMS_DATABASE_URL',
    'HRMS_FOLDER',
    'HRMS_MASTER_URL',
    'HRMS_PORT',
  ])
})

it('takes as secret what requests send, and all that services are given but for a port in a URL and what is said to be public', async () => {
  const environment = {
    HRMS_ADMIN_EMAIL: 'admin1@morishr.test',
    HRMS_ADMIN_PASSWORD: 'hunter2',
    HRMS_DATABASE_URL: 'postgres://hrms_app:apppass@db/hrms',
    HRMS_FOLDER: '/srv/hrms',
    HRMS_MASTER_URL: 'postgres://lockkeeper:botpass@db/hrms',
    HRMS_PORT: '5000',
    JWT_SECRET: 'sign-me',
    DB_PASS: 'correct-horse',
    SENTRY_DSN: 'https://0123456789abcdef@sentry/1',
    PASSPHRASE: 'battery-staple',
    AUDIT: 'true',
  }
  const secrets = secretsOfRunbook(
    await runbook({
      'services.0.environment': [
        'HRMS_DATABASE_URL',
        'HRMS_PORT',
        'HRMS_FOLDER',
        'JWT_SECRET',
        'DB_PASS',
        'SENTRY_DSN',
        'PASSPHRASE',
        'AUDIT',
      ],
      publicEnvironment: ['HRMS_FOLDER'],
    }),
    environment,
  )
  expect(secrets.toSorted()).toEqual(
    [
      'admin1@morishr.test',
      'hunter2',
      'sign-me',
      'correct-horse',
      environment.SENTRY_DSN,
      'battery-staple',
      'apppass',
      'botpass',
      environment.HRMS_DATABASE_URL,
      environment.HRMS_MASTER_URL,
    ].toSorted(),
  )
})

it('takes as secret what reaches another pager, the path of its URL too, and what tells who is on call', async () => {
  const environment = {
    PAGER_HOST: 'pager.morishr.com',
    PAGER_PATH: 'hook-of-the-team',
    PAGER_KEY: 'key-of-the-team',
    PAGER_URL: 'https://pager/0123',
    ROTA_TOKEN: 'token-of-the-rota',
    ROTA_FILE: '/srv/rota',
  }
  const paged = await runbook({
    'contacts.0.webhook': {
      url: 'https://{PAGER_HOST}/{PAGER_PATH}',
      json: { key: '{PAGER_KEY}', alarm: '{alarm}' },
      resolve: { url: '{PAGER_URL}', json: {} },
    },
    'contacts.1.onCall': { url: 'https://rota/', headers: { Authorization: '{ROTA_TOKEN}' } },
    'contacts.2.onCall': { command: ['./rota'], environment: ['ROTA_FILE'] },
  })
  const { PAGER_HOST: _host, ...secret } = environment
  expect(secretsOfRunbook(paged, environment).toSorted()).toEqual(Object.values(secret).toSorted())
  expect(variablesOf(paged)).toEqual(expect.arrayContaining(Object.keys(environment)))
})

it('takes what is not set as no secret', async () => {
  expect(secretsOfRunbook(await runbook(), {})).toEqual([])
})

it('is taken out from the moment on in which a runbook that names it is known', async () => {
  const secrets = makeSecrets(['first-secret'], { HRMS_ADMIN_PASSWORD: 'hunter2', SMTP_TOKEN: 'mail-me' })
  const said = 'first-secret hunter2 mail-me'
  expect(secrets.redact(said)).toBe('[secret] hunter2 mail-me')
  secrets.know(await runbook())
  expect(secrets.redact(said)).toBe('[secret] [secret] mail-me')
  secrets.know(await runbook({ 'services.0.environment': ['SMTP_TOKEN', 'HRMS_FOLDER'] }))
  expect(secrets.redact('first-secret hunter2 mail-me')).toBe('[secret] [secret] [secret]')
})

it('is known of a runbook that was added or changed before anybody has it', async () => {
  const folder = await folderWith({})
  const secrets = makeSecrets([], { HRMS_ADMIN_PASSWORD: 'hunter2', SMTP_TOKEN: 'mail-me' })
  const runbooks = openRunbooks(folder, {}, secrets)
  await runbooks.all()
  await mkdir(path.join(folder, 'migrations'))
  await writeFile(path.join(folder, 'a.yml'), await changed())
  await runbooks.find('add-security-enhancements')
  expect(secrets.redact('hunter2 mail-me')).toBe('[secret] mail-me')
  await writeFile(
    path.join(folder, 'a.yml'),
    await changed({ 'services.0.environment': ['SMTP_TOKEN', 'HRMS_FOLDER'] }),
  )
  await runbooks.all()
  expect(secrets.redact('hunter2 mail-me')).toBe('[secret] [secret]')
})
