/** One BER element: its tag, its content, and the bytes behind it. */
export interface Element {
  tag: number
  content: Buffer
  /** How many bytes it takes as a whole. */
  size: number
}

/** @returns undefined if the bytes do not hold a whole element yet */
export const readElement = (bytes: Buffer, from = 0): Element | undefined => {
  const [tag, first] = [bytes[from], bytes[from + 1]]
  if (tag === undefined || first === undefined) return undefined
  const extra = first < 0x80 ? 0 : first & 0x7f
  if (bytes.length < from + 2 + extra) return undefined
  const length = extra === 0 ? first : bytes.readUIntBE(from + 2, extra)
  const start = from + 2 + extra
  if (bytes.length < start + length) return undefined
  return { tag, content: bytes.subarray(start, start + length), size: 2 + extra + length }
}

/** The elements inside of an element. */
export const children = (content: Buffer): Element[] => {
  const found: Element[] = []
  for (let at = 0; at < content.length; ) {
    const element = readElement(content, at)
    if (element === undefined) throw new Error('a BER element is cut')
    found.push(element)
    at += element.size
  }
  return found
}

export const element = (tag: number, ...parts: (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const { length } = content
  const header = length < 0x80 ? Buffer.from([tag, length]) : Buffer.alloc(6)
  if (length >= 0x80) {
    header[0] = tag
    header[1] = 0x84
    header.writeUInt32BE(length, 2)
  }
  return Buffer.concat([header, content])
}

export const integer = (tag: number, value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return element(tag, bytes)
}

export const sequence = 0x30
export const octets = 0x04

/** The requests of LDAP by their tag, RFC 4511. */
export const requestNames: Readonly<Record<number, string>> = {
  96: 'bind',
  66: 'unbind',
  99: 'search',
  102: 'modify',
  104: 'add',
  74: 'delete',
  108: 'rename',
  110: 'compare',
  119: 'extended',
}

export interface Request {
  id: Buffer
  name: string
  content: Buffer
}

/** Reads a message of a client. */
export const requestOf = (message: Element): Request => {
  const [id, operation] = children(message.content)
  if (id === undefined || operation === undefined) throw new Error('an LDAP message is not complete')
  return {
    id: id.content,
    name: requestNames[operation.tag] ?? `${operation.tag}`,
    content: operation.content,
  }
}

export interface ModifyChange {
  how: 'add' | 'delete' | 'replace'
  attribute: string
  values: string[]
}

/** The changes of a modify request. */
export const changesOf = (content: Buffer): ModifyChange[] => {
  const [, list] = children(content)
  return children(list?.content ?? Buffer.alloc(0)).map(({ content: change }) => {
    const [operation, modification] = children(change)
    const [type, set] = children(modification?.content ?? Buffer.alloc(0))
    const how = (['add', 'delete', 'replace'] as const)[operation?.content[0] ?? 0] ?? 'replace'
    const values = children(set?.content ?? Buffer.alloc(0)).map((value) => value.content.toString())
    return { how, attribute: type?.content.toString() ?? '', values }
  })
}
