import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { commitmentOf } from '../../../../../consumers/audit-log/leaf/commitment.ts'
import { fieldBytes } from '../../../../../consumers/audit-log/leaf/field-bytes.ts'
import { leafBytes } from '../../../../../consumers/audit-log/leaf/leaf.ts'
import { leafKinds } from '../../../../../consumers/audit-log/leaf/leaf-kind.ts'

test('the bytes of a leaf of version 1 never change', () => {
  const bytes = leafBytes('event', ['push', 15, null, -1, Buffer.of(0xff)], [Buffer.of(0xaa)])
  assert.equal(
    bytes.toString('hex'),
    [
      '0101',
      '010000000470757368',
      '0100000008000000000000000f',
      '00',
      '0100000008ffffffffffffffff',
      '0100000001ff',
      'aa',
    ].join(''),
  )
})

test('the numbers of the kinds never change', () => {
  assert.deepEqual(leafKinds, {
    event: 1,
    repeat: 2,
    interval: 3,
    erasure: 4,
    seal: 5,
    dropped_month: 6,
    key_change: 7,
    epoch: 8,
    dead_letter: 9,
  })
})

test('different values never have the same bytes', () => {
  const value = fc.oneof(fc.string({ maxLength: 3 }), fc.uint8Array({ maxLength: 3 }), fc.constant(null))
  const plain = (values: readonly (string | Uint8Array | null)[]) =>
    JSON.stringify(values.map((each) => (each === null ? null : Buffer.from(each as string).toString('hex'))))
  fc.assert(
    fc.property(fc.array(value), fc.array(value), (one, other) => {
      assert.equal(fieldBytes(one).equals(fieldBytes(other)), plain(one) === plain(other))
    }),
  )
})

test('a commitment depends on the salt, the group and every value', () => {
  const salt = Buffer.alloc(16, 1)
  const commitments = [
    commitmentOf('identity', salt, ['ada', 1]),
    commitmentOf('identity', Buffer.alloc(16, 2), ['ada', 1]),
    commitmentOf('content', salt, ['ada', 1]),
    commitmentOf('identity', salt, ['ada', 2]),
    commitmentOf('identity', salt, ['ada', null]),
  ].map((commitment) => commitment.toString('hex'))
  assert.equal(new Set(commitments).size, commitments.length)
  assert.equal(
    commitments[0],
    'f6fe6ca4e3b5aefe33c1845e795199a95b1f04f93556b956f8c38c9ef4d1ea1a',
    'the commitment of version 1 never changes',
  )
})
