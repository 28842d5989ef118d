import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'
import { changesOf, type ModifyChange, readElement, requestOf } from './ber.ts'
import type { LdapServer } from './ldap-server.ts'

/** Stands between the worker and the server, and counts requests. */
export interface LdapProxy {
  url: string
  /** Name of a request → how often it was sent. */
  counts: Map<string, number>
  modifies: ModifyChange[][]
  /** Requests that would change the directory. */
  writes(): number
  /** Closes the connection instead of passing the next request of this name on, or its answer. */
  cut(name: string, what: 'request' | 'answer'): void
  /** Does something before the next request of this name reaches the server. */
  before(name: string, act: () => Promise<void>): void
  close(): Promise<void>
}

const writing = ['modify', 'add', 'delete', 'rename']
const memberAttributes = /^(member|uniqueMember|memberUid)$/i

/** Fails the process if a request replaces the values of an attribute of members. */
export const startLdapProxy = async (server: Pick<LdapServer, 'url'>): Promise<LdapProxy> => {
  const counts = new Map<string, number>()
  const modifies: ModifyChange[][] = []
  const cuts: { name: string; what: 'request' | 'answer' }[] = []
  const acts: { name: string; act: () => Promise<void> }[] = []
  const replaced: string[] = []
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const upstream = connect(Number(new URL(server.url).port), '127.0.0.1')
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', end)
    }
    let begun = Buffer.alloc(0)
    let isAnswerCut = false
    let passed = Promise.resolve()
    client.on('data', (chunk: Buffer) => {
      begun = Buffer.concat([begun, chunk])
      for (let message = readElement(begun); message !== undefined; message = readElement(begun)) {
        const bytes = begun.subarray(0, message.size)
        begun = begun.subarray(message.size)
        const { name, content } = requestOf(message)
        counts.set(name, (counts.get(name) ?? 0) + 1)
        if (name === 'modify') {
          const changes = changesOf(content)
          modifies.push(changes)
          for (const { how, attribute } of changes)
            if (how === 'replace' && memberAttributes.test(attribute)) replaced.push(attribute)
        }
        const index = cuts.findIndex((cut) => cut.name === name)
        const [cut] = index === -1 ? [] : cuts.splice(index, 1)
        if (cut?.what === 'request') return end()
        if (cut?.what === 'answer') isAnswerCut = true
        const place = acts.findIndex((each) => each.name === name)
        const [first] = place === -1 ? [] : acts.splice(place, 1)
        passed = passed.then(first?.act).then(() => void upstream.write(bytes))
      }
    })
    upstream.on('data', (chunk: Buffer) => {
      if (isAnswerCut) end()
      else client.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    if (proxy.listening) await new Promise((resolve) => proxy.close(resolve))
    if (replaced.length > 0) throw new Error(`a request replaced all values of ${replaced.join(', ')}`)
  }
  after(close)
  return {
    url: `ldap://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    ...{ counts, modifies, close },
    writes: () => writing.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0),
    cut: (name, what) => void cuts.push({ name, what }),
    before: (name, act) => void acts.push({ name, act }),
  }
}
