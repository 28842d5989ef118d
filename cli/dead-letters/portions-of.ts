import type { ReadLetter } from './read-dead-letters.ts'

/** A portion in memory may exceed this by one record, since a record is never split. */
const maxPortionBytes = 16 * 1024 * 1024

/**
 * Groups dead letters into portions. A portion is complete when it has `maxLetters` letters or 16 MiB of
 * messages.
 */
export async function* portionsOf(
  letters: AsyncIterable<ReadLetter>,
  maxLetters: number,
): AsyncGenerator<ReadLetter[]> {
  let portion: ReadLetter[] = []
  let bytes = 0
  for await (const letter of letters) {
    portion.push(letter)
    bytes += letter.message?.value?.length ?? 0
    if (portion.length < maxLetters && bytes < maxPortionBytes) continue
    yield portion
    portion = []
    bytes = 0
  }
  if (portion.length > 0) yield portion
}
