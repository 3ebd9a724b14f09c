import path from 'node:path'

/** The demo's folders. All it makes lies in `.lockkeeper`, and the builds of demo/hrms-dotnet in its `artifacts`; neither is part of the repository. */
export const project = path.resolve(import.meta.dirname, '../..')
export const folder = path.join(project, '.lockkeeper', 'demo')
/** Variables that `npm run demo:terminal` reads. */
export const terminalFile = path.join(folder, 'terminal.env')
export const logs = { server: path.join(folder, 'postgres.log'), bot: path.join(folder, 'bot.log') }
