import assert from 'node:assert/strict'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readLines } from '../../../../lib/disk/read-lines.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

const linesOf = async (t: TestContext, content: string | Buffer) => {
  const path = join(await temporaryFolder(t), 'lines')
  await writeFile(path, content)
  const file = await open(path)
  t.after(() => file.close())
  const lines: string[] = []
  const length = await readLines(file, (line) => void lines.push(line))
  return { lines, length }
}

test('lines end with a line feed only, and empty ones are left out', async (t) => {
  const { lines, length } = await linesOf(t, 'one\u2028still one\r\n\ntwo\u0085\n')
  assert.deepEqual(lines, ['one\u2028still one\r', 'two\u0085'])
  assert.equal(length, Buffer.byteLength('one\u2028still one\r\n\ntwo\u0085\n'))
})

test('a last line without a line feed is not read and does not count', async (t) => {
  assert.deepEqual(await linesOf(t, 'ä\nhalf'), { lines: ['ä'], length: 3 })
  assert.deepEqual(await linesOf(t, 'half'), { lines: [], length: 0 })
  assert.deepEqual(await linesOf(t, ''), { lines: [], length: 0 })
})

test('lines of any length are whole, wherever the chunks end', async (t) => {
  const lengths = [262_143, 1, 262_144, 0, 262_145, 700_000, 3, 131_070]
  const expected = lengths.map((length, index) => 'ä'.repeat(length / 2) + index)
  const { lines, length } = await linesOf(t, expected.map((line) => `${line}\n`).join(''))
  assert.deepEqual(lines, expected)
  assert.equal(
    length,
    expected.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
  )
})

test('a line of more than 32 MiB is left out', async (t) => {
  const { lines } = await linesOf(t, Buffer.concat([Buffer.alloc(33 << 20, 'x'), Buffer.from('\nnext\n')]))
  assert.deepEqual(lines, ['next'])
})
