/** A process that pumps until somebody kills it: `pumping.ts STORE_URL SLACK_API_URL BOT_TOKEN`. */
import pg from 'pg'
import pino from 'pino'
import { pump } from '../../src/deliveries/pump.ts'
import { makeSlack } from '../../src/slack/app.ts'

const [url = '', apiUrl = '', botToken = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 2 })
const log = pino({ level: 'silent' })
const config = { botToken, mode: { http: { signingSecret: '-', port: 0 } }, apiUrl }
const { channel } = makeSlack({ config, roles: {}, store: pool, log })
const render = async () => ({ state: ['From the first process'], parts: [], actions: [] })
await pump({ pool, channel, render, log, signal: new AbortController().signal })
