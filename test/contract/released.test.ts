import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import avsc, { type Resolver, type Type } from 'avsc'
import { classify } from '../../ingress/record/classify.ts'
import { normalise } from '../../ingress/record/normalise.ts'
import { catalogue } from '../../schemas/catalogue.ts'
import { typeOfShape } from '../../schemas/load.ts'
import {
  type Contract,
  currentContract,
  findBreakingChanges,
  readReleases,
  writeRelease,
} from '../../schemas/released.ts'
import { hookOf } from '../helpers/records/deliver.ts'
import { fixtures } from '../helpers/records/samples.ts'
import { schemaEdits, versionsOf } from '../helpers/records/schema-edits.ts'

const releases = readReleases()

test('every schema reads the records of every released version, and the other way round', () => {
  assert.ok(releases.length > 0, 'nothing is released: npm run release:schemas')
  assert.deepEqual(findBreakingChanges(currentContract(), releases), [])
})

for (const { version, events, schemas } of releases) {
  const types = new Map(
    Object.entries(schemas).map(([shape, schema]) => [shape, avsc.Type.forSchema(schema as avsc.Schema)]),
  )

  test(`every sample can be read by a reader of ${version} and read back`, () => {
    for (const { name, body, headers } of fixtures) {
      const { event, record } = normalise(hookOf(body, headers), classify({ body, headers }))
      const [now, released] = [typeOfShape(catalogue[event].schema), types.get(events[event] ?? '')]
      if (released === undefined) continue // the event is newer
      const seen = released.fromBuffer(now.toBuffer(record), resolverOf(released, now))
      const back = now.fromBuffer(released.toBuffer(seen), resolverOf(now, released)) as typeof record
      assert.deepEqual(
        { raw: back.raw, id: back.delivery.id },
        { raw: record.raw, id: record.delivery.id },
        name,
      )
      assert.ok(now.isValid(back), name)
    }
  })
}

const resolvers = new Map<Type, Map<Type, Resolver>>()

const resolverOf = (reader: Type, writer: Type): Resolver => {
  const known = resolvers.get(reader) ?? new Map<Type, Resolver>()
  const resolver = known.get(writer) ?? reader.createResolver(writer)
  resolvers.set(reader, known.set(writer, resolver))
  return resolver
}

const contractOf = (push: Contract['schemas'][string]): Contract => ({
  events: { push: 'push' },
  schemas: { push },
})

for (const edit of schemaEdits) {
  const verdict = edit.sentence === null ? 'is compatible' : 'is a breaking change, named by schema and field'
  test(`${edit.title}: ${verdict}`, () => {
    const { older, newer } = versionsOf(edit)
    const breaking = findBreakingChanges(contractOf(newer), [{ version: '0.1.0', ...contractOf(older) }])
    assert.deepEqual(breaking, edit.sentence === null ? [] : [`schema push${edit.sentence}`])
  })
}

test('a new version is compared with all released versions, not only with the last one', () => {
  const [added] = schemaEdits.filter(({ title }) => title === 'a field with a default is new')
  assert.ok(added)
  const { older, newer } = versionsOf(added)
  const third = structuredClone(newer)
  delete third.fields.at(-1)?.default
  const chain = [
    { version: '0.1.0', ...contractOf(older) },
    { version: '0.2.0', ...contractOf(newer) },
  ]
  assert.deepEqual(findBreakingChanges(contractOf(third), chain.slice(1)), [])
  assert.deepEqual(findBreakingChanges(contractOf(third), chain), [
    'schema push, field weather: is new and has no default: records of 0.1.0 cannot be read',
  ])
})

test('an event can neither be removed nor change to the schema of another event', () => {
  const { events, schemas } = currentContract()
  const release = { version: '0.1.0', events, schemas }
  const { note: _, ...fewer } = events
  assert.deepEqual(findBreakingChanges({ events: fewer, schemas }, [release]), [
    'event note was released in 0.1.0 and was removed: its readers would receive no record',
  ])
  assert.deepEqual(findBreakingChanges({ events: { ...events, tag_push: 'key' }, schemas }, [release]), [
    'schema key: was record gitlab_bridge.Push, is gitlab_bridge.Key: a renamed record is another type',
  ])
})

const folder = mkdtempSync(join(tmpdir(), 'bridge-released-'))
after(() => rmSync(folder, { recursive: true }))

test('a version is released once: releasing it again changes nothing, and other contents are refused', () => {
  const contract = currentContract()
  assert.equal(writeRelease('0.1.0', contract, folder), 'written')
  assert.equal(writeRelease('0.1.0', contract, folder), 'unchanged')
  assert.deepEqual(readReleases(folder), [{ version: '0.1.0', ...contract }])
  const push = { ...contract.schemas.push, doc: 'Somebody pushed.' } as Contract['schemas'][string]
  const edited = { ...contract, schemas: { ...contract.schemas, push } }
  assert.throws(() => writeRelease('0.1.0', edited, folder), {
    message:
      '0.1.0 was released with another push.avsc. Raise the version in package.json, then release again.',
  })
  assert.equal(writeRelease('0.2.0', edited, folder), 'written')
})

test('a schema that would break a released version is not released', () => {
  const { events, schemas } = currentContract()
  const push = {
    ...schemas.push,
    fields: schemas.push?.fields.filter(({ name }) => name !== 'ref'),
  } as Contract['schemas'][string]
  assert.throws(
    () => writeRelease('0.3.0', { events, schemas: { ...schemas, push } }, folder),
    /would break.*\n.*schema push, field ref: was removed/,
  )
  assert.deepEqual(
    readReleases(folder).map(({ version }) => version),
    ['0.1.0', '0.2.0'],
  )
})
