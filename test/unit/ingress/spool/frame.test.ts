import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import type { Hook } from '../../../../ingress/hook.ts'
import { encodeFrame } from '../../../../ingress/spool/frame.ts'
import { parseFrames, type Stretch } from '../../../../ingress/spool/parse-frames.ts'

const hookOf = (id: string, body: Buffer | string = id): Hook => ({
  id,
  source: 'default',
  receivedAt: 1_780_000_000_000,
  headers: { 'x-gitlab-event': 'Push Hook' },
  body: Buffer.from(body),
})
const frameOf = (hook: Hook): Buffer => encodeFrame(hook)
const framesOf = (...ids: string[]): Buffer =>
  Buffer.concat(ids.map((id) => frameOf(hookOf(id, `the body of ${id}`))))
const parseWhole = (segment: Buffer): Stretch[] => parseFrames(segment, 0, true).stretches
const idsOf = (stretches: readonly Stretch[]) =>
  stretches.flatMap((stretch) => (stretch.kind === 'hook' ? [stretch.hook.id] : []))
const kindsOf = (stretches: readonly Stretch[]) => stretches.map(({ kind }) => kind)
/** The stretches cover the whole length, without gaps and overlaps. */
const assertGapless = (stretches: readonly Stretch[], length: number) => {
  let at = 0
  for (const { start, end } of stretches) {
    assert.equal(start, at)
    assert.ok(end > start)
    at = end
  }
  assert.equal(at, length)
}
/** Reads a segment piece by piece, as the reader does. */
const parseInPieces = (segment: Buffer, pieceBytes: number): Stretch[] => {
  const stretches: Stretch[] = []
  for (let at = 0, needs = pieceBytes; at < segment.length; ) {
    const piece = segment.subarray(at, at + Math.max(needs, pieceBytes))
    const parsed = parseFrames(piece, at, at + piece.length >= segment.length)
    stretches.push(...parsed.stretches)
    assert.ok(parsed.next > at || parsed.needs > piece.length, 'moves on, or asks for more bytes')
    at = parsed.next
    needs = parsed.needs
  }
  return stretches
}

const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const anyHook: fc.Arbitrary<Hook> = fc.record({
  id: fc.string({ minLength: 1, maxLength: 60 }),
  source: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/),
  receivedAt: fc.nat(),
  headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), anyText, { maxKeys: 4, noNullPrototype: true }),
  body: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
})

test('all hooks that were written are read again, in order', () => {
  fc.assert(
    fc.property(fc.array(anyHook, { maxLength: 8 }), (hooks) => {
      const segment = Buffer.concat(hooks.map(frameOf))
      const stretches = parseWhole(segment)
      assertGapless(stretches, segment.length)
      const read = stretches.map((stretch) => (stretch.kind === 'hook' ? stretch.hook : stretch.kind))
      assert.deepEqual(
        read,
        hooks.map((hook) => ({ ...hook, headers: JSON.parse(JSON.stringify(hook.headers)) })),
      )
    }),
  )
})

test('a segment gives the same stretches when it is read in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.array(anyHook, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4000 }),
      (hooks, pieceBytes) => {
        const segment = Buffer.concat(hooks.map(frameOf))
        assert.deepEqual(parseInPieces(segment, pieceBytes), parseWhole(segment))
      },
    ),
  )
})

test('in a segment that is cut off at any byte, the rest is torn, not corrupt', () => {
  const segment = framesOf('one', 'two', 'three')
  const ends = parseWhole(segment).map(({ end }) => end)
  for (let cut = 0; cut < segment.length; cut++) {
    const stretches = parseWhole(segment.subarray(0, cut))
    assert.deepEqual(
      idsOf(stretches),
      ['one', 'two', 'three'].slice(0, ends.filter((end) => end <= cut).length),
      `cut at ${cut}`,
    )
    assert.deepEqual(
      kindsOf(stretches).filter((kind) => kind === 'corrupt'),
      [],
      `cut at ${cut}`,
    )
    assertGapless(stretches, cut)
  }
})

test('a flipped bit makes only the hook that contains it corrupt', () => {
  const ids = ['one', 'two', 'three']
  const segment = framesOf(...ids)
  const frames = parseWhole(segment)
  for (let at = 0; at < segment.length; at++) {
    for (const bit of [0, 7]) {
      const damaged = Buffer.from(segment)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
      const hit = frames.findIndex(({ end }) => at < end)
      const stretches = parseWhole(damaged)
      assert.deepEqual(
        idsOf(stretches),
        ids.filter((_, index) => index !== hit),
        `bit ${bit} of byte ${at}`,
      )
      assert.deepEqual([...new Set(kindsOf(stretches))].sort(), ['corrupt', 'hook'])
      assertGapless(stretches, segment.length)
    }
  }
})

test('after damage of any length, reading continues at the next valid hook, also in pieces', () => {
  fc.assert(
    fc.property(
      fc.array(anyHook, { minLength: 2, maxLength: 5 }),
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      fc.nat(),
      fc.integer({ min: 17, max: 600 }),
      (hooks, noise, place, pieceBytes) => {
        const frames = hooks.map(frameOf)
        const at = place % frames.length
        const segment = Buffer.concat([...frames.slice(0, at), Buffer.from(noise), ...frames.slice(at)])
        const ids = hooks.map(({ id }) => id)
        assert.deepEqual(idsOf(parseWhole(segment)), ids)
        assert.deepEqual(idsOf(parseInPieces(segment, pieceBytes)), ids)
        assert.ok(kindsOf(parseWhole(segment)).includes('corrupt'))
      },
    ),
  )
})

test('the magic bytes inside a body or inside damage are not taken for a header', () => {
  const misleading = hookOf('misleading', `GKB1${'GKB1'.repeat(30)}`)
  assert.deepEqual(idsOf(parseWhole(Buffer.concat([frameOf(misleading), framesOf('next')]))), [
    'misleading',
    'next',
  ])
  assert.deepEqual(idsOf(parseWhole(Buffer.concat([Buffer.from('GKB1GKB1GKB1'), framesOf('next')]))), [
    'next',
  ])
})

test('a frame with valid checksums but an invalid payload is corrupt and causes no error', () => {
  const framed = (payload: Buffer) => {
    const header = Buffer.alloc(16)
    header.write('GKB1')
    header.writeUInt32BE(payload.length, 4)
    header.writeUInt32BE(crc32(payload), 8)
    header.writeUInt32BE(crc32(header.subarray(0, 12)), 12)
    return Buffer.concat([header, payload])
  }
  for (const payload of [
    '',
    'abc',
    '\0\0\0\x09{"id":1',
    '\xff\xff\xff\xffno head',
    '\0\0\0\x02no JSON',
    '\0\0\0\x04null',
  ]) {
    const stretches = parseWhole(Buffer.concat([framed(Buffer.from(payload, 'latin1')), framesOf('next')]))
    assert.deepEqual(
      [kindsOf(stretches), idsOf(stretches)],
      [['corrupt', 'hook'], ['next']],
      JSON.stringify(payload),
    )
  }
})

test('any bytes are read to their end without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), (bytes, startsSound) => {
      const segment = Buffer.concat([startsSound ? framesOf('first') : Buffer.alloc(0), Buffer.from(bytes)])
      assertGapless(parseWhole(segment), segment.length)
    }),
  )
})
