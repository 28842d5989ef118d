import assert from 'node:assert/strict'
import { test } from 'node:test'
import avsc from 'avsc'
import { catalogue, eventTypes } from '../../../schemas/catalogue.ts'
import { typeOfShape, wireSchema } from '../../../schemas/load.ts'
import { createReaderOf } from '../../../schemas/reader-types.ts'

test('records of every event are read as the type that this version knows', () => {
  const readerOf = createReaderOf(eventTypes)
  for (const event of eventTypes) {
    const shape = catalogue[event].schema
    const writer = avsc.Type.forSchema(JSON.parse(wireSchema(shape)))
    assert.notEqual(writer, typeOfShape(shape))
    assert.equal(readerOf(writer), typeOfShape(shape), event)
  }
})

test('records of other events are read as they were written', () => {
  const readerOf = createReaderOf(['push'])
  for (const writer of [typeOfShape('issue'), avsc.Type.forSchema('string')])
    assert.equal(readerOf(writer), writer)
})
