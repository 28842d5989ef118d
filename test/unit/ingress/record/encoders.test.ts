import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { classify } from '../../../../ingress/record/classify.ts'
import { readEncoders } from '../../../../ingress/record/encoders.ts'
import { normalise } from '../../../../ingress/record/normalise.ts'
import { schemaIdOf } from '../../../../lib/avro/codec.ts'
import type { Registry } from '../../../../lib/avro/registry.ts'
import { PermanentError, RetriableError, UsageError } from '../../../../lib/errors.ts'
import type { Records } from '../../../../schemas/catalogue.ts'
import { createNames, type Names } from '../../../../schemas/topics.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { hookOf } from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(folder, { recursive: true, force: true }))
let files = 0
const newIdsFile = () => join(folder, String(files++), 'schema-ids.json')
const names = createNames('')
const { logger, lines } = recordingLogger()
const read = (registry: Registry, by: Names, idsFile: string) => readEncoders(registry, by, idsFile, logger)

const registryWith = (idOf: Registry['idOf']): Registry => ({
  idOf,
  register: () => assert.fail('the ingress registers nothing'),
  typeOf: () => assert.fail('nothing is decoded'),
})
const answering = (first = 100) => {
  const ids = new Map<string, number>()
  return registryWith(async (subject) => {
    if (!ids.has(subject)) ids.set(subject, first + ids.size)
    return ids.get(subject) ?? 0
  })
}
const silent = registryWith(() => Promise.reject(new RetriableError('schema registry: no answer')))
const hook = hookOf(fixture('push').body)
const record = normalise(hook, classify(hook)).record as Records['push']

test('every event is encoded with the id that the registry has for its schema', async () => {
  const asked: string[] = []
  const registry = answering()
  const { encoders, from } = await read(
    registryWith((subject, schema) => {
      asked.push(subject)
      return registry.idOf(subject, schema)
    }),
    createNames('berlin.'),
    newIdsFile(),
  )
  assert.equal(from, 'registry')
  assert.equal(schemaIdOf(encoders.push(record)), await registry.idOf('berlin.gitlab.push-value', ''))
  assert.ok(asked.includes('berlin.gitlab.quarantine-value'))
  assert.equal(new Set(asked).size, asked.length)
})

test('if the registry does not answer, its earlier ids are read from disk', async () => {
  const idsFile = newIdsFile()
  const before = await read(answering(), names, idsFile)
  const said = lines.length
  const { encoders, from } = await read(silent, names, idsFile)
  assert.equal(from, 'disk')
  assert.deepEqual(
    lines.slice(said).map(({ level, fields }) => [level, fields]),
    [['warn', { error: 'schema registry: no answer' }]],
  )
  assert.ok(encoders.push(record).equals(before.encoders.push(record)))
})

test('the ids of the registry replace those on disk, and a change is logged', async () => {
  const idsFile = newIdsFile()
  await read(answering(100), names, idsFile)
  await read(answering(100), names, idsFile)
  assert.ok(!lines.some(({ message }) => message.includes('made anew')))
  await read(answering(500), names, idsFile)
  const { level, fields } =
    lines.find(({ message }) => message.includes('made anew')) ?? assert.fail('the change is not logged')
  assert.deepEqual([level, (fields.subjects as string[]).includes('gitlab.push-value')], ['error', true])
  const { encoders } = await read(silent, names, idsFile)
  assert.ok(schemaIdOf(encoders.push(record)) >= 500)
})

test('without the registry, and without all ids on disk, the error is retriable', async () => {
  const idsFile = newIdsFile()
  await assert.rejects(read(silent, names, idsFile), RetriableError)
  await read(answering(), names, idsFile)
  const ids = JSON.parse(await readFile(idsFile, 'utf8')) as Record<string, number>
  const [first = ''] = Object.keys(ids)
  for (const text of [JSON.stringify({ ...ids, [first]: undefined }), '', '[', 'null']) {
    await writeFile(idsFile, text)
    await assert.rejects(read(silent, names, idsFile), RetriableError, text)
  }
})

test('an id of another version of a schema is not used, since ids are remembered by schema', async () => {
  const idsFile = newIdsFile()
  await read(answering(), names, idsFile)
  const ids = JSON.parse(await readFile(idsFile, 'utf8')) as Record<string, number>
  await writeFile(
    idsFile,
    JSON.stringify(
      Object.fromEntries(
        Object.entries(ids).flatMap(([name, id]) => [
          [name.replace(/.$/, '_'), id],
          [name.split(' ')[0], id],
        ]),
      ),
    ),
  )
  await assert.rejects(read(silent, names, idsFile), RetriableError)
})

test('a registry that does not know our schemas is an error, even with ids on disk', async () => {
  const idsFile = newIdsFile()
  await read(answering(), names, idsFile)
  const ignorant = registryWith(() =>
    Promise.reject(new PermanentError('schema registry: look up gitlab.push-value: 404')),
  )
  await assert.rejects(
    read(ignorant, names, idsFile),
    (error) => error instanceof UsageError && /bridge setup/.test(error.message),
  )
})

test('a disk that cannot be written does not prevent publishing', async () => {
  const occupied = join(folder, 'occupied')
  await writeFile(occupied, 'a file where a folder should be')
  const { from, encoders } = await read(answering(), names, join(occupied, 'schema-ids.json'))
  assert.equal(from, 'registry')
  assert.ok(schemaIdOf(encoders.push(record)) >= 100)
})
