import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecordSchema } from './avro-schema.ts'
import { catalogue, eventTypes } from './catalogue.ts'
import { findIncompatibilities } from './compatibility.ts'
import { wireSchema } from './load.ts'

/** What readers rely on: the events, the shape of each event, and the schemas as they are registered. */
export interface Contract {
  /** The shape of each event type. */
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

/**
 * Finds everything in a contract that would break readers or records of a released version.
 * Each sentence names the schema and the field.
 */
export const findBreakingChanges = (contract: Contract, releases: readonly Release[]): string[] =>
  releases.flatMap((release) => breakingChangesOf(contract, release))

const breakingChangesOf = (contract: Contract, { version, events, schemas }: Release): string[] => {
  const removed = Object.keys(events).filter((event) => contract.events[event] === undefined)
  // Several events can share a shape: each pair of an old and a new shape is compared once.
  const pairs = Object.entries(events).flatMap(([event, shape]) =>
    removed.includes(event) ? [] : [`${shape} ${contract.events[event]}`],
  )
  const ofSchemas = [...new Set(pairs)].flatMap((pair) => {
    const [oldShape = '', newShape = ''] = pair.split(' ')
    const [older, newer] = [schemas[oldShape], contract.schemas[newShape]]
    if (older === undefined) return [`schema ${oldShape} is missing`]
    if (newer === undefined) return [`schema ${newShape} is missing`]
    return findIncompatibilities(older, newer, version).map(
      ({ field, problem }) => `schema ${newShape}${field && `, field ${field}`}: ${problem}`,
    )
  })
  const ofEvents = removed.map(
    (event) =>
      `event ${event} was released in ${version} and was removed: its readers would receive no record`,
  )
  return [...ofEvents, ...ofSchemas]
}

/**
 * Writes a contract as a released version. Writing the same contract again changes nothing.
 *
 * @throws Error where the version was released with other
 *   content, or the contract would break an earlier release
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
      `${version} was released with another ${differing.sort().join(', ')}. ` +
        'Raise the version in package.json, then release again.',
    )
  }
  const breaking = findBreakingChanges(contract, readReleases(folder))
  if (breaking.length > 0)
    throw new Error(`${version} would break released versions:\n  ${breaking.join('\n  ')}`)
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
