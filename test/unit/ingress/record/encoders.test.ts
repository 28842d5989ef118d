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
const newMemory = () => join(folder, String(files++), 'schema-ids.json')
const names = createNames('')
const { logger, lines } = recordingLogger()
const read = (registry: Registry, by: Names, memory: string) => readEncoders(registry, by, memory, logger)

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

test('every event is encoded under the id the registry gives its schema', async () => {
  const asked: string[] = []
  const registry = answering()
  const { encoders, from } = await read(
    registryWith((subject, schema) => {
      asked.push(subject)
      return registry.idOf(subject, schema)
    }),
    createNames('berlin.'),
    newMemory(),
  )
  assert.equal(from, 'registry')
  assert.equal(schemaIdOf(encoders.push(record)), await registry.idOf('berlin.gitlab.push-value', ''))
  assert.ok(asked.includes('berlin.gitlab.quarantine-value'))
  assert.equal(new Set(asked).size, asked.length)
})

test('while the registry is silent, what it said before is taken from disk', async () => {
  const memory = newMemory()
  const before = await read(answering(), names, memory)
  const said = lines.length
  const { encoders, from } = await read(silent, names, memory)
  assert.equal(from, 'disk')
  assert.deepEqual(
    lines.slice(said).map(({ level, fields }) => [level, fields]),
    [['warn', { error: 'schema registry: no answer' }]],
  )
  assert.ok(encoders.push(record).equals(before.encoders.push(record)))
})

test('what the registry says now goes before what it said then', async () => {
  const memory = newMemory()
  await read(answering(100), names, memory)
  await read(answering(100), names, memory)
  assert.ok(!lines.some(({ message }) => message.includes('made anew')))
  await read(answering(500), names, memory)
  const { level, fields } =
    lines.find(({ message }) => message.includes('made anew')) ?? assert.fail('it is not told')
  assert.deepEqual([level, (fields.subjects as string[]).includes('gitlab.push-value')], ['error', true])
  const { encoders } = await read(silent, names, memory)
  assert.ok(schemaIdOf(encoders.push(record)) >= 500)
})

test('while it is silent and nothing, too little or nonsense is on disk, it has to be waited for', async () => {
  const memory = newMemory()
  await assert.rejects(read(silent, names, memory), RetriableError)
  await read(answering(), names, memory)
  const ids = JSON.parse(await readFile(memory, 'utf8')) as Record<string, number>
  const [first = ''] = Object.keys(ids)
  for (const text of [JSON.stringify({ ...ids, [first]: undefined }), '', '[', 'null']) {
    await writeFile(memory, text)
    await assert.rejects(read(silent, names, memory), RetriableError, text)
  }
})

test('an id of another version’s schema is not taken: what is remembered goes by the schema itself', async () => {
  const memory = newMemory()
  await read(answering(), names, memory)
  const ids = JSON.parse(await readFile(memory, 'utf8')) as Record<string, number>
  await writeFile(
    memory,
    JSON.stringify(
      Object.fromEntries(
        Object.entries(ids).flatMap(([name, id]) => [
          [name.replace(/.$/, '_'), id],
          [name.split(' ')[0], id],
        ]),
      ),
    ),
  )
  await assert.rejects(read(silent, names, memory), RetriableError)
})

test('a registry that does not know our schemas says what to do, though they be on disk', async () => {
  const memory = newMemory()
  await read(answering(), names, memory)
  const ignorant = registryWith(() =>
    Promise.reject(new PermanentError('schema registry: look up gitlab.push-value: 404')),
  )
  await assert.rejects(
    read(ignorant, names, memory),
    (error) => error instanceof UsageError && /bridge setup/.test(error.message),
  )
})

test('a disk that takes nothing does not keep us from publishing', async () => {
  const occupied = join(folder, 'occupied')
  await writeFile(occupied, 'a file where a folder should be')
  const { from, encoders } = await read(answering(), names, join(occupied, 'schema-ids.json'))
  assert.equal(from, 'registry')
  assert.ok(schemaIdOf(encoders.push(record)) >= 100)
})
