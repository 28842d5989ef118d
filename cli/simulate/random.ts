/** Random choices that are the same for the same seed, on every machine. */
export interface Random {
  /** A whole number from 0 to below the limit. */
  below(limit: number): number
  /** A whole number from the first to the second, both included. */
  between(least: number, most: number): number
  pick<T>(items: readonly [T, ...T[]]): T
  pick<T>(items: readonly T[]): T | undefined
  chance(share: number): boolean
  /** So many hexadecimal digits. */
  hex(digits: number): string
  /** In the form of a version 4 UUID. */
  uuid(): string
}

/** @param seed any text */
export const createRandom = (seed: string): Random => {
  let state = hashOf(seed)
  // https://github.com/bryc/code/blob/master/jshash/PRNGs.md describes this generator (splitmix32).
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    const mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    const again = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((again ^ (again >>> 15)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join('')
  const pick = <T>(items: readonly T[]) => items[below(items.length)]
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: pick as Random['pick'],
    chance: (share) => next() < share,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[below(4)]}${hex(3)}-${hex(12)}`,
  }
}

/** FNV-1a. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash
}
