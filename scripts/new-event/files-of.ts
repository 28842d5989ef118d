import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { classify } from '../../ingress/record/classify.ts'
import { UsageError } from '../../lib/errors.ts'
import { catalogue, eventTypes, isEventType } from '../../schemas/catalogue.ts'
import { inlinedSchema, shapes } from '../../schemas/load.ts'
import { namedTypesIn } from '../../schemas/named-types.ts'
import { withEvent } from './catalogue-line.ts'
import { eventTables, withLine } from './event-tables.ts'
import { bodyLike, bodyText, headersText, recordName, schemaText } from './skeleton.ts'

/** The absolute path of a file of this repository. */
export const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))

const read = (name: string): string => readFileSync(pathOf(name), 'utf8')
const exists = (name: string): boolean => existsSync(pathOf(name))

const catalogueFile = 'schemas/catalogue.ts'
const bodyFile = (event: string) => `test/fixtures/${event}.json`
const headersFile = (event: string) => `test/fixtures/${event}.headers`

/**
 * Path → content of every file that a new event needs.
 *
 * @param shape an existing schema to share; undefined for a new schema
 * @throws UsageError before anything is written
 */
export const filesOf = (event: string, shape: string | undefined): Map<string, string> => {
  checkName(event)
  const newCatalogue = withEvent(read(catalogueFile), event, shape ?? event)
  const others = shape === undefined ? filesWithNewSchema(event) : filesWithSharedSchema(event, shape)
  const sibling = eventTypes.find((name) => catalogue[name].schema === shape)
  const tables = eventTables.map((table): [string, string] => [
    table.file,
    withLine(read(table.file), table, event, sibling),
  ])
  return new Map([[catalogueFile, newCatalogue], ...tables, ...others])
}

const checkName = (event: string): void => {
  if (!/^[a-z][a-z0-9_]{0,99}$/.test(event))
    throw new UsageError(
      `"${event}" is not an event type. Use small letters, digits and underscores, such as merge_request.`,
    )
  if (isEventType(event)) throw new UsageError(`${event} is in ${catalogueFile} already.`)
  const hook = { body: Buffer.from(JSON.stringify({ object_kind: event })), headers: {} }
  const known = classify(hook).event
  if (known !== 'unknown')
    throw new UsageError(`GitLab's ${event} is the event ${known} here. See ingress/record/classify.ts.`)
  const sample = [bodyFile(event), headersFile(event)].find(exists)
  if (sample !== undefined)
    throw new UsageError(`${sample} exists already. Move that file away, or choose another name.`)
}

const filesWithNewSchema = (event: string): [string, string][] => {
  if (shapes.has(event))
    throw new UsageError(
      `schemas/events/${event}.avsc exists already. Use it with --schema ${event}, or choose another name.`,
    )
  const types = [...shapes.keys()].flatMap((name) => [...namedTypesIn(inlinedSchema(name)).keys()])
  if (types.includes(`gitlab_bridge.${recordName(event)}`))
    throw new UsageError(`A type is called ${recordName(event)} already. Choose another name.`)
  return [
    [`schemas/events/${event}.avsc`, schemaText(event)],
    [bodyFile(event), bodyText(event)],
    [headersFile(event), headersText(event, randomUUID())],
  ]
}

const filesWithSharedSchema = (event: string, shape: string): [string, string][] => {
  const usable = [...shapes.keys()].filter((name) => name !== 'unknown' && name !== 'quarantine')
  if (!usable.includes(shape))
    throw new UsageError(`There is no schema ${shape} to share. Use one of: ${usable.join(', ')}.`)
  const sibling = eventTypes.find((name) => catalogue[name].schema === shape && exists(bodyFile(name)))
  if (sibling === undefined)
    throw new UsageError(`No event with the schema ${shape} has a sample in test/fixtures. Add one first.`)
  const eventHeader = /^X-Gitlab-Event: (.+)$/m.exec(read(headersFile(sibling)))?.[1]
  return [
    [bodyFile(event), bodyLike(read(bodyFile(sibling)), event)],
    [headersFile(event), headersText(event, randomUUID(), eventHeader)],
  ]
}
