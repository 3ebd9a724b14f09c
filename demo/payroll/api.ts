import { createServer } from 'node:http'
import pg from 'pg'

/** The demo's second application, so small that only its health can be asked. */
const port = Number(process.env['PAYROLL_PORT'])
const pool = new pg.Pool({
  connectionString: process.env['PAYROLL_DATABASE_URL'] ?? '',
  max: 2,
  application_name: 'payroll',
  connectionTimeoutMillis: 2000,
})
pool.on('error', () => {}) // a session that the server ended; the next query takes another one

const server = createServer((_request, response) => {
  const answer = (status: number, state: string) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: state }))
  }
  pool.query('select 1 from payroll.payslips limit 1').then(
    () => answer(200, 'Healthy'),
    () => answer(503, 'Unhealthy'),
  )
})
server.listen(port, '127.0.0.1', () => console.log(`payroll on port ${port}`))

async function stop(): Promise<void> {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  await pool.end()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
