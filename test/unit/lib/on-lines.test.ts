import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { onLines } from '../../../lib/on-lines.ts'

const linesOf = async (...chunks: Buffer[]): Promise<string[]> => {
  const lines: string[] = []
  const stream = Readable.from(chunks, { objectMode: false })
  onLines(stream, (line) => void lines.push(line))
  await once(stream, 'end')
  return lines
}

test('lines end at line feeds only, and may be cut anywhere', async () => {
  const text = Buffer.from('a\u2028b\r\nc\u2029é\n\nlast')
  const expected = ['a\u2028b', 'c\u2029é', '', 'last']
  assert.deepEqual(await linesOf(text), expected)
  for (let cut = 1; cut < text.length; cut++)
    assert.deepEqual(await linesOf(text.subarray(0, cut), text.subarray(cut)), expected, String(cut))
})
