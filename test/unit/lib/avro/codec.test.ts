import assert from 'node:assert/strict'
import { test } from 'node:test'
import avsc, { type Type } from 'avsc'
import fc from 'fast-check'
import { createDecoder, createEncoder, schemaIdOf } from '../../../../lib/avro/codec.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'

const typeWith = (...fields: object[]) =>
  avsc.Type.forSchema({ type: 'record', name: 'Sample', fields } as avsc.Schema)
const textField = { name: 'text', type: 'string' }
const type = typeWith(textField)
const same = (writer: Type) => writer
const decoderOf = (writer: Type, readerOf = same) => createDecoder(async () => writer, readerOf)

test('a value is a zero byte, the schema id in four bytes (big endian), and Avro', () => {
  // "ab" in Avro: its length zigzagged, then its bytes.
  assert.deepEqual(
    createEncoder(type, 0x01020304)({ text: 'ab' }),
    Buffer.from([0, 1, 2, 3, 4, 4, 0x61, 0x62]),
  )
})

test('records of very different sizes are encoded correctly one after the other', () => {
  const encode = createEncoder<{ text: string }>(type, 7)
  const sizes = fc.array(
    fc.constantFrom(0, 1, 16_000, 16_375, 16_384, 20_000, 100_000, 1_048_576, 2_000_000),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(sizes, (lengths) => {
      const texts = lengths.map((length, i) => String(i).repeat(length))
      const values = texts.map((text) => encode({ text }))
      for (const [index, value] of values.entries()) {
        assert.equal(schemaIdOf(value), 7)
        assert.equal((type.fromBuffer(value.subarray(5)) as { text: string }).text, texts[index])
      }
    }),
    { numRuns: 50 },
  )
})

test('the next record does not overwrite a value that the client still holds', () => {
  const encode = createEncoder<{ text: string }>(type, 7)
  const first = encode({ text: 'first' })
  encode({ text: 'other' })
  assert.equal((type.fromBuffer(first.subarray(5)) as { text: string }).text, 'first')
})

test('a record that does not match its schema is refused', () => {
  assert.throws(() => createEncoder(type, 7)({ text: 7 }))
})

test('an encoded record is decoded again, and its schema is fetched once', async () => {
  let lookups = 0
  const decode = createDecoder(async () => {
    lookups++
    return type
  }, same)
  const value = createEncoder(type, 7)({ text: 'x' })
  for (let i = 0; i < 3; i++) assert.partialDeepStrictEqual(await decode(value), { text: 'x' })
  assert.equal(lookups, 1)
})

test('a record of an older schema gets the default values of the newer one', async () => {
  const reader = typeWith(textField, { name: 'added', type: ['null', 'string'], default: null })
  const decode = decoderOf(type, () => reader)
  assert.partialDeepStrictEqual(await decode(createEncoder(type, 7)({ text: 'x' })), {
    text: 'x',
    added: null,
  })
})

test('a record of a newer schema is read without the unknown fields', async () => {
  const newer = typeWith({ name: 'added', type: 'long', default: 0 }, textField)
  const record = (await decoderOf(
    newer,
    () => type,
  )(createEncoder(newer, 7)({ text: 'x', added: 5 }))) as object
  assert.deepEqual({ ...record }, { text: 'x' })
})

test("a schema that is incompatible with the reader's is a permanent failure", async () => {
  const decode = decoderOf(typeWith({ name: 'other', type: 'string' }), () => type)
  await assert.rejects(decode(Buffer.from([0, 0, 0, 0, 1, 2, 0x61])), PermanentError)
})

test('a value that is truncated, too long or not Avro is a permanent failure', async () => {
  const value = createEncoder(type, 7)({ text: 'abc' })
  for (const broken of [
    value.subarray(0, -1),
    Buffer.concat([value, Buffer.from([0])]),
    Buffer.from([0, 0, 0, 0, 7, 0xff, 0xff]),
  ])
    await assert.rejects(decoderOf(type)(broken), PermanentError)
})

test('a value not in the wire format is a permanent failure, and no schema is fetched for it', async () => {
  const decode = createDecoder(async () => assert.fail('looked up'), same)
  for (const value of [
    Buffer.alloc(0),
    Buffer.from([0]),
    Buffer.from([0, 0, 0, 0, 1]),
    Buffer.from('{"object_kind":"push"}'),
    Buffer.from([1, 0, 0, 0, 1, 2]),
  ])
    await assert.rejects(decode(value), PermanentError)
})

test('a registry that does not answer is a retriable failure, and the next call tries again', async () => {
  const answers = [() => Promise.reject(new RetriableError('no answer')), async () => type]
  const decode = createDecoder(() => (answers.shift() ?? assert.fail)(), same)
  const value = createEncoder(type, 7)({ text: 'x' })
  await assert.rejects(decode(value), RetriableError)
  assert.partialDeepStrictEqual(await decode(value), { text: 'x' })
})
