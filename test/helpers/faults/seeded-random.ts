/** Random numbers that are the same in every run, so that a failure can be reproduced. */
export const createSeededRandom = (seed: number) => {
  let state = seed
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => below(256)))
  return { below, pick, bytes, chance: (share: number) => next() < share }
}
export type SeededRandom = ReturnType<typeof createSeededRandom>
