import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver } from '@slack/bolt'
import '../commands/desk.ts'
import '../src/deliveries/pump.ts'
import '../src/notices/clock.ts'
import '../src/runs/worker.ts'
import '../src/slack/app.ts'
import '../src/steps/kinds.ts'

/** A Bolt app that acknowledges and does nothing more, in a process of the bot's size: the same modules are loaded. */
const [signingSecret = '', slackApiUrl = ''] = process.argv.slice(2)
const receiver = new HTTPReceiver({ signingSecret })
const app = new App({
  receiver,
  token: 'xoxb-of-the-bench',
  clientOptions: { slackApiUrl },
  deferInitialization: true,
})
app.command('/migrate', async ({ ack }) => ack())
app.action(/.*/, async ({ ack }) => ack())
await app.init()
const server = await receiver.start(0)
process.send?.((server.address() as AddressInfo).port)
process.on('disconnect', () => process.exit(0))
