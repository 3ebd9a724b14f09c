import { readFile, writeFile } from 'node:fs/promises'
import { runbookJsonSchema } from './json-schema.ts'
import { runbookReference } from './reference.ts'

// `npm run schema`: what docs/ says about runbooks is made from the schema that reads them.

const docs = new URL('../../docs/', import.meta.url)

await writeFile(new URL('runbook.schema.json', docs), `${JSON.stringify(runbookJsonSchema(), null, 2)}\n`)

const page = new URL('runbook.md', docs)
const [before] = (await readFile(page, 'utf8')).split('<!-- made by `npm run schema` -->')
await writeFile(page, `${before}<!-- made by \`npm run schema\` -->\n\n${runbookReference()}\n`)
