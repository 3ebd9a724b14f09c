import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import type { webApi } from '@slack/bolt'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { deliveryEvent } from '../../src/slack/channel.ts'
import { slashCommand } from '../../src/slack/commands.ts'
import schema from './manifest.schema.json' with { type: 'json' }

type Manifest = Parameters<webApi.WebClient['apps']['manifest']['create']>[0]['manifest']

const read = async (): Promise<Manifest> => parse(await readFile('manifest.yml', 'utf8')) as Manifest

test('the manifest is one that Slack takes', async () => {
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema)
  validate(await read())
  expect(validate.errors).toBeNull()
})

test('the check of the manifest refuses what Slack refuses', async () => {
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema)
  const manifest = await read()
  expect(validate({ ...manifest, display_information: { name: 'x'.repeat(36) } })).toBe(false)
  expect(validate({ ...manifest, surprise: true })).toBe(false)
})

test('it asks for the slash command that the bot answers to', async () => {
  const { features } = await read()
  expect(features?.slash_commands).toMatchObject([{ command: slashCommand, should_escape: true }])
})

test('it asks for no right to read messages or to post where nobody invited it', async () => {
  const scopes = (await read()).oauth_config?.scopes
  expect(scopes?.user).toBeUndefined()
  expect(scopes?.bot?.filter((scope) => /history|chat:write\.public|admin/.test(scope))).toEqual([])
  expect(scopes?.bot).toEqual(expect.arrayContaining(scopes?.bot_optional ?? []))
})

test('it subscribes to the metadata of its own messages: without that Slack tells of none', async () => {
  const { settings } = await read()
  expect(settings?.event_subscriptions?.bot_events).toContain('message_metadata_posted')
  expect(settings?.event_subscriptions).toMatchObject({
    metadata_subscriptions: [{ app_id: '*', event_type: deliveryEvent }],
  })
})
