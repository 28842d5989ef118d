import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadLetterOf } from '../../../../cli/dead-letters/dead-letter.ts'
import { portionsOf } from '../../../../cli/dead-letters/portions-of.ts'
import type { ReadLetter } from '../../../../cli/dead-letters/read-dead-letters.ts'

/** A dead letter with a message of so many bytes; without a message for undefined. */
const letterOf = (bytes: number | undefined, offset: number): ReadLetter => {
  const place = { topic: 'dead', partition: 0, offset, timestamp: 0, key: `gitlab.push/0/${offset}` }
  const message = { ...place, value: Buffer.alloc(bytes ?? 0), headers: {} }
  return { letter: deadLetterOf('worker', message), message: bytes === undefined ? undefined : message }
}

async function* lettersOf(sizes: readonly (number | undefined)[]) {
  for (const [offset, bytes] of sizes.entries()) yield letterOf(bytes, offset)
}

test('a portion is complete at its number of letters or at 16 MiB, and no letter is lost', async () => {
  const tenMiB = 10 * 1024 * 1024
  for (const [sizes, wanted] of [
    [[], []],
    [[1], [1]],
    [
      [1, 1, 1],
      [2, 1],
    ],
    [
      [1, 1, 1, 1],
      [2, 2],
    ],
    [
      [tenMiB, tenMiB, tenMiB],
      [2, 1],
    ],
    [
      [2 * tenMiB, 1, undefined],
      [1, 2],
    ],
  ] as const) {
    const portions = await Array.fromAsync(portionsOf(lettersOf(sizes), 2))
    assert.deepEqual(
      portions.map(({ length }) => length),
      wanted,
      String(sizes),
    )
    assert.deepEqual(
      portions.flat().map(({ letter }) => letter.offset),
      [...sizes.keys()],
    )
  }
})
