import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let used = pool.length

/**
 * Random bytes as hexadecimal digits. They come from a pool: one call of the operating system for each hook
 * would cost as much as encoding the record.
 *
 * @param bytes how many, at most 4096
 */
export const randomHex = (bytes: number): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
