import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isMap, parseDocument, type Document, type Scalar } from 'yaml'
import { project } from './places.ts'

const written = path.join(project, 'demo')
const hrms = 'hrms/add-security-enhancements.yml'

/** As deep as `demo`, so that the places that the runbooks name are the same. */
const laid = path.join(project, '.lockkeeper')

const laidLine =
  '# Laid by `npm run demo` where there is no .NET, anew with every start: demo/runbooks with demo/runbooks-without-dotnet.yml.'

/** A configuration, and the folder of runbooks that it names. */
export interface Configured {
  file: string
  runbooks: string
}

/** As they are written: HRMS is on .NET. */
export const runbooksOnDotnet: Configured = placesIn(written)

/** Lays the same ones without .NET, and returns where. */
export async function layRunbooksBySql(): Promise<Configured> {
  const { file, runbooks } = placesIn(laid)
  await rm(runbooks, { recursive: true, force: true })
  await mkdir(laid, { recursive: true })
  await cp(path.join(written, 'lockkeeper.yml'), file)
  await cp(path.join(written, 'runbooks'), runbooks, { recursive: true })
  await writeFile(path.join(runbooks, hrms), `${laidLine}\n${await hrmsBySql()}`)
  return { file, runbooks }
}

/** The text of the runbook of HRMS with SQL files and the application in TypeScript. */
export async function hrmsBySql(): Promise<string> {
  const read = async (name: string) => parseDocument(await readFile(path.join(written, name), 'utf8'))
  const [document, other] = [await read(`runbooks/${hrms}`), await read('runbooks-without-dotnet.yml')]
  document.set('engine', other.get('engine'))
  put(document, ['services', 0], other.getIn(['services', 0]))
  return document.toString({ lineWidth: 0 })
}

/** Values that are no blocks themselves take the place of those that are there. */
function put(document: Document, at: (string | number)[], values: unknown): void {
  if (!isMap<Scalar<string>>(values)) return document.setIn(at, values)
  for (const { key, value } of values.items) put(document, [...at, key.value], value)
}

function placesIn(folder: string): Configured {
  return { file: path.join(folder, 'lockkeeper.yml'), runbooks: path.join(folder, 'runbooks') }
}
