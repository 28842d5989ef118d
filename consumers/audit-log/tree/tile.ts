/** The number of levels of the tree that one tile covers. https://c2sp.org/tlog-tiles */
export const tileHeight = 8

/** The number of hashes in a full tile. */
export const tileWidth = 2 ** tileHeight

/**
 * A row of hashes of the tree. Tiles of level n hold the nodes that cover 256^n leaves each. A tile at the
 * right edge may be partial: its width is then less than 256.
 */
export interface Tile {
  level: number
  index: number
  width: number
}

/** The path of a tile in a log of format C2SP tlog-tiles, such as `tile/0/x001/067` or `tile/1/000.p/5`. */
export const tilePath = ({ level, index, width }: Tile): string => {
  const suffix = width < tileWidth ? `.p/${width}` : ''
  return `tile/${level}/${indexPath(index)}${suffix}`
}

/** A number in groups of three digits. All groups but the last one begin with x. */
const indexPath = (index: number): string => {
  const last = String(index % 1000).padStart(3, '0')
  const rest = Math.floor(index / 1000)
  const before: string[] = []
  for (let left = rest; left > 0; left = Math.floor(left / 1000))
    before.unshift(`x${String(left % 1000).padStart(3, '0')}`)
  return [...before, last].join('/')
}

/** The tile that holds a node, in a tree with `size` leaves. A node of level n covers 2^n leaves. */
export const tileOf = (nodeLevel: number, nodeIndex: number, size: number): Tile => {
  const level = Math.floor(nodeLevel / tileHeight)
  const firstEntry = nodeIndex * 2 ** (nodeLevel % tileHeight)
  const index = Math.floor(firstEntry / tileWidth)
  return { level, index, width: widthOf(level, index, size) }
}

/** All tiles of a tree with `size` leaves, from the leaves upwards. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0; entriesOf(level, size) > 0; level++)
    for (let index = 0; index * tileWidth < entriesOf(level, size); index++)
      yield { level, index, width: widthOf(level, index, size) }
}

const entriesOf = (level: number, size: number): number => Math.floor(size / tileWidth ** level)

const widthOf = (level: number, index: number, size: number): number =>
  Math.min(tileWidth, entriesOf(level, size) - index * tileWidth)
