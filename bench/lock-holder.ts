import pg from 'pg'

/** Holds an advisory lock until it is killed. */
const client = new pg.Client(process.argv[2])
await client.connect()
await client.query('select pg_advisory_lock(7)')
process.send?.('held')
process.on('disconnect', () => process.exit(0))
