import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  DamagedBlockError,
  packBlock,
  readBlocks,
} from '../../../../../consumers/push-author-log/archive/blocks.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'

/** Lines that compression cannot make shorter. */
const linesOf = (bytes: number): Buffer => Buffer.from(`${randomBytes(bytes).toString('base64')}\n`)

const readAll = async (path: string): Promise<Buffer[]> => {
  const blocks: Buffer[] = []
  for await (const lines of readBlocks(path)) blocks.push(lines)
  return blocks
}

test('blocks of every size are read as they were written', async (t) => {
  const path = join(await temporaryFolder(t), 'day')
  const blocks = [1, 100, 7000, 9000, 32_000, 80_000, 300_000, 1].map(linesOf)
  await writeFile(path, Buffer.concat(await Promise.all(blocks.map(packBlock))))
  assert.deepEqual(await readAll(path), blocks)
})

test('a block that was cut off is damaged, wherever it was cut', async (t) => {
  const path = join(await temporaryFolder(t), 'day')
  for (const bytes of [100, 20_000, 300_000]) {
    const packed = await packBlock(linesOf(bytes))
    for (const length of [4, 11, 12, 40, packed.length - 1]) {
      await writeFile(path, packed)
      await truncate(path, length)
      await assert.rejects(readAll(path), DamagedBlockError, `${length} of ${packed.length} bytes`)
    }
  }
})
