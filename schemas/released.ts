import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecordSchema } from './avro-schema.ts'
import { catalogue, eventTypes } from './catalogue.ts'
import { breachesBetween } from './compatibility.ts'
import { wireSchema } from './load.ts'

/** What readers rely on: which events there are, the shape of each, and the schemas as they are registered. */
export interface Contract {
  /** Event type → shape. */
  events: Readonly<Record<string, string>>
  schemas: Readonly<Record<string, RecordSchema>>
}

export interface Release extends Contract {
  version: string
}

const releasedFolder = fileURLToPath(new URL('released/', import.meta.url))

/** The contract as the catalogue and the .avsc files have it now. */
export const currentContract = (): Contract => {
  const events = Object.fromEntries(eventTypes.map((event) => [event, catalogue[event].schema]))
  const shapes = [...new Set<string>(Object.values(events))].sort()
  return {
    events,
    schemas: Object.fromEntries(
      shapes.map((shape) => [shape, JSON.parse(wireSchema(shape)) as RecordSchema]),
    ),
  }
}

/** Every released version, oldest first. */
export const readReleases = (folder = releasedFolder): Release[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((version) => {
      const read = (file: string) => JSON.parse(readFileSync(join(folder, version, file), 'utf8'))
      const shapes = readdirSync(join(folder, version)).filter((file) => file.endsWith('.avsc'))
      return {
        version,
        events: read('events.json') as Release['events'],
        schemas: Object.fromEntries(
          shapes.map((file) => [file.replace('.avsc', ''), read(file) as RecordSchema]),
        ),
      }
    })

/** What of a contract would break readers or records of released versions: one sentence each, naming schema and field. */
export const breachesOf = (contract: Contract, releases: readonly Release[]): string[] =>
  releases.flatMap((release) => breachesOfOne(contract, release))

const breachesOfOne = (contract: Contract, { version, events, schemas }: Release): string[] => {
  const gone = Object.keys(events).filter((event) => contract.events[event] === undefined)
  const pairs = Object.entries(events).flatMap(([event, shape]) =>
    gone.includes(event) ? [] : [`${shape} ${contract.events[event]}`],
  )
  const broken = [...new Set(pairs)].flatMap((pair) => {
    const [was = '', is = ''] = pair.split(' ')
    const [older, newer] = [schemas[was], contract.schemas[is]]
    if (older === undefined || newer === undefined)
      return [`schema ${older === undefined ? was : is} is missing`]
    return breachesBetween(older, newer, version).map(
      ({ field, problem }) => `schema ${is}${field && `, field ${field}`}: ${problem}`,
    )
  })
  return [
    ...gone.map(
      (event) => `event ${event} was released in ${version} and is gone: its readers wait for ever`,
    ),
    ...broken,
  ]
}

/**
 * Writes a contract as a released version; the same again changes nothing.
 *
 * @throws Error when the version is released with other content, or the contract would break an earlier one
 */
export const writeRelease = (
  version: string,
  contract: Contract,
  folder = releasedFolder,
): 'written' | 'unchanged' => {
  const files = filesOf(contract)
  const own = join(folder, version)
  if (existsSync(own)) {
    const differing = [...new Set([...files.keys(), ...readdirSync(own)])].filter(
      (file) => !existsSync(join(own, file)) || readFileSync(join(own, file), 'utf8') !== files.get(file),
    )
    if (differing.length === 0) return 'unchanged'
    throw new Error(
      `${version} is released with another ${differing.sort().join(', ')}: raise the version in package.json, then release again.`,
    )
  }
  const breaches = breachesOf(contract, readReleases(folder))
  if (breaches.length > 0)
    throw new Error(`${version} would break what is released:\n  ${breaches.join('\n  ')}`)
  mkdirSync(own, { recursive: true })
  for (const [file, content] of files) writeFileSync(join(own, file), content)
  return 'written'
}

const filesOf = ({ events, schemas }: Contract): Map<string, string> => {
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  return new Map([
    ['events.json', text(events)],
    ...Object.entries(schemas).map(([shape, schema]) => [`${shape}.avsc`, text(schema)] as const),
  ])
}
