import { glob, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { nearest } from '../nearest.ts'
import { inOrder, type Fault } from '../yaml/fault.ts'
import { readYaml, type YamlFile } from '../yaml/read.ts'
import type { Problem } from '../domain/problem.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { runbookSchema, type Runbook } from '../domain/runbook.ts'
import type { Secrets } from './secrets.ts'
import { checkAround, checkWithin, goodSections, type Surroundings } from './cross-checks.ts'
import type { CrossFault, Sections } from './cross-fault.ts'

export interface LoadedRunbooks {
  /** By name. */
  runbooks: Runbook[]
  /** By file. */
  broken: Problem<'runbook-broken'>[]
}

/** The runbooks of a folder, which people edit while the bot runs. */
export interface Runbooks {
  /** Good and broken ones. A file with faults does not keep the others from being used. */
  all(): Promise<LoadedRunbooks>
  /** The one that somebody typed, capitals and spaces around it aside: good, broken, or unknown with what was meant. */
  find(typed: string): Promise<Result<Runbook>>
  /** The file that a runbook was read from, absolute and without links. */
  fileOf(runbook: Runbook): Promise<string>
}

/**
 * Every runbook below a folder: each `*.yml` and `*.yaml`, at any depth, but those in folders that begin with a dot,
 * in `node_modules`, or named `lockkeeper.yml`. All are read each time they are asked for; only a text that is not what
 * it was is parsed again (a runbook of 300 lines costs some 10 ms of processor, measured). `secrets` know each before
 * anybody has it.
 */
export function openRunbooks(
  folder: string,
  known: Surroundings = {},
  secrets: Pick<Secrets, 'know'> = { know() {} },
): Runbooks {
  const parsed: Parsed = new Map()
  async function files(): Promise<ReadFile[]> {
    const read = await readAll(folder, known, parsed)
    for (const { runbook } of read) if (runbook) secrets.know(runbook)
    return read
  }
  return {
    async all() {
      const read = await files()
      return {
        runbooks: read.flatMap((each) => each.runbook ?? []).sort((a, b) => a.name.localeCompare(b.name)),
        broken: read.flatMap((each) => (each.faults.length > 0 ? brokenBy(each) : [])),
      }
    },
    async find(typed) {
      return named(typed, await files())
    },
    async fileOf({ name, folder: its }) {
      const from = [...parsed].find(
        ([place, { sections }]) => sections.name === name && path.dirname(place) === its,
      )
      return realpath(from?.[0] ?? its)
    },
  }
}

function named(typed: string, read: readonly ReadFile[]): Result<Runbook> {
  const wanted = typed.trim().toLowerCase()
  const found = read.filter((each) => each.name === wanted)
  const good = found.find((each) => each.runbook)
  if (good?.runbook) return ok(good.runbook)
  if (found[0]) return failure(brokenBy(found[0]))
  const unreadFolder = read.find((each) => each.name === '')
  if (unreadFolder) return failure(brokenBy(unreadFolder))
  const names = [...new Set(read.map((each) => each.name))].sort()
  return failure({
    code: 'runbook-unknown',
    typed: typed.trim(),
    meant: nearest(wanted, names),
    known: names,
  })
}

/** What was made of each file's text, by its place. */
type Parsed = Map<string, ParsedFile>

type ParsedFile = YamlFile<Omit<Runbook, 'folder'>> & {
  text: string
  sections: Sections
  within: readonly CrossFault[]
}

type MakeFault = YamlFile<unknown>['fault']

interface ReadFile {
  /** For messages: with the folder of runbooks. */
  file: string
  /** As written, or its file's name where that cannot be read; empty: the folder itself. */
  name: string
  runbook: Runbook | null
  faults: Fault[]
  fault: MakeFault
}

const brokenBy = ({ file, faults }: ReadFile): Problem<'runbook-broken'> => ({
  code: 'runbook-broken',
  file,
  faults,
})

async function readAll(folder: string, known: Surroundings, parsed: Parsed): Promise<ReadFile[]> {
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory()) {
    return [
      unreadable(folder, '', 'is not a folder', 'Make it, or name the folder of runbooks in lockkeeper.yml.'),
    ]
  }
  const files: string[] = []
  for await (const file of glob('**/*.{yml,yaml}', { cwd: folder, exclude: isLeftOut })) files.push(file)
  const read = await Promise.all(files.sort().map((file) => readRunbook(folder, file, known, parsed)))
  const places = new Set(files.map((file) => path.resolve(folder, file)))
  for (const place of parsed.keys()) if (!places.has(place)) parsed.delete(place)
  return read.map((each) => withoutTwins(each, read))
}

function unreadable(file: string, name: string, what: string, remedy: string): ReadFile {
  const fault: MakeFault = (_, whatElse, remedyElse) => ({
    file,
    line: 0,
    column: 0,
    key: '',
    what: whatElse,
    remedy: remedyElse,
  })
  return { file, name, runbook: null, faults: [fault([], what, remedy)], fault }
}

const isLeftOut = (file: string): boolean => /^(node_modules|\..+|lockkeeper\.yml)$/.test(path.basename(file))

async function readRunbook(
  folder: string,
  relative: string,
  known: Surroundings,
  parsed: Parsed,
): Promise<ReadFile> {
  const place = path.resolve(folder, relative)
  const file = path.join(path.basename(folder), relative)
  const fallback = path.basename(relative, path.extname(relative)).toLowerCase()
  const text = await readFile(place, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string')
    return unreadable(file, fallback, `cannot be read (${text.code ?? 'unknown'})`, 'Check who may read it.')
  const before = parsed.get(place)
  const now = before?.text === text ? before : parse(file, text)
  parsed.set(place, now)
  const { value, faults, sections, within, fault } = now
  const between = [...within, ...(await checkAround(sections, path.dirname(place), known))]
  const seen = new Set(faults.map((each) => each.key))
  const all = [...faults, ...between.map((found) => fault(...found)).filter((each) => !seen.has(each.key))]
  const runbook = value && all.length === 0 ? { ...value, folder: path.dirname(place) } : null
  return { file, name: sections.name ?? fallback, runbook, faults: inOrder(all), fault }
}

function parse(file: string, text: string): ParsedFile {
  const read = readYaml(file, text, runbookSchema)
  const sections = goodSections(read.written)
  return { ...read, text, sections, within: checkWithin(sections) }
}

/** Two runbooks of one name: nobody could say which one is meant, so none of them can be used. */
function withoutTwins(one: ReadFile, all: readonly ReadFile[]): ReadFile {
  const twin = all.find((other) => other !== one && other.name === one.name)
  if (!twin) return one
  const fault = one.fault(['name'], `is the name of ${twin.file} too`, 'Name each runbook differently.')
  return { ...one, runbook: null, faults: inOrder([...one.faults, fault]) }
}
