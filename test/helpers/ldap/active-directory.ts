import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after } from 'node:test'
import {
  changesOf,
  children,
  element,
  integer,
  octets,
  type Request,
  readElement,
  requestOf,
  sequence,
} from './ber.ts'

/** A server double that answers like Active Directory: a large group is given in ranges. */
export interface ActiveDirectory {
  url: string
  members: string[]
  /**
   * What is wrong with the answer that follows the first range; undefined: nothing. `ignored write`: changes
   * are accepted, and not made. `people elsewhere`: a search for people is referred to another server.
   * `anonymous`: the server accepts the bind, and takes us for nobody. `no who am I`: it does not know this
   * request; `who am I refused`: it does not answer it. `bind forgotten`: a search is refused until the next
   * bind. `false code`: a change is refused as made already, and it is not made.
   */
  fault:
    | (
        | 'size limit'
        | 'wrong range'
        | 'no range'
        | 'referral'
        | 'ignored write'
        | 'people elsewhere'
        | 'anonymous'
        | 'no who am I'
        | 'who am I refused'
        | 'false code'
        | 'bind forgotten'
      )
    | undefined
  writes: number
}

const rangeSize = 1500
const [success, protocolError, sizeLimit, compareFalse, compareTrue, strongerAuthRequired] = [
  0, 2, 4, 5, 6, 8,
]
const [noSuchAttribute, exists, noSuchObject, notAllowed] = [16, 20, 32, 50]

/**
 * @param groupDn the only group
 * @param peopleBase people are found below it by their `uid` or their `mail`
 * @param rdn the attribute that names the entries of people
 * @param report is called with the name of each request, and with the base of a search: `search cn=a`
 */
export const startActiveDirectory = async (
  groupDn: string,
  peopleBase: string,
  rdn: 'uid' | 'CN' = 'uid',
  report: (request: string) => void = () => undefined,
): Promise<ActiveDirectory> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    let begun = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      begun = Buffer.concat([begun, chunk])
      for (let message = readElement(begun); message !== undefined; message = readElement(begun)) {
        begun = begun.subarray(message.size)
        const request = requestOf(message)
        report(request.name === 'search' ? `search ${baseOf(request.content)}` : request.name)
        if (request.name === 'unbind') socket.end()
        else
          for (const answer of answersTo(state, request, { groupDn, peopleBase, rdn })) socket.write(answer)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const state: ActiveDirectory = {
    url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`,
    members: [],
    fault: undefined,
    writes: 0,
  }
  return state
}

const message = (id: Buffer, ...parts: Buffer[]): Buffer => element(sequence, element(0x02, id), ...parts)

const baseOf = (content: Buffer): string => children(content)[0]?.content.toString() ?? ''

const result = (id: Buffer, tag: number, code: number): Buffer =>
  message(id, element(tag, integer(0x0a, code), element(octets, ''), element(octets, '')))

const entry = (id: Buffer, dn: string, attributes: Readonly<Record<string, readonly string[]>>): Buffer =>
  message(
    id,
    element(
      0x64,
      element(octets, dn),
      element(
        sequence,
        ...Object.entries(attributes).map(([name, values]) =>
          element(
            sequence,
            element(octets, name),
            element(0x31, ...values.map((value) => element(octets, value))),
          ),
        ),
      ),
    ),
  )

interface Names {
  groupDn: string
  peopleBase: string
  rdn: string
}

const answersTo = (state: ActiveDirectory, request: Request, names: Names): Buffer[] => {
  const { id, name, content } = request
  switch (name) {
    case 'bind':
      if (state.fault === 'bind forgotten') state.fault = undefined
      return [result(id, 0x61, success)]
    case 'extended':
      return [
        message(
          id,
          element(
            0x78,
            integer(0x0a, whoAmICode(state)),
            element(octets, ''),
            element(octets, ''),
            element(0x8b, state.fault === 'anonymous' ? '' : 'u:BRIDGE'),
          ),
        ),
      ]
    case 'search':
      return search(state, id, content, names)
    case 'compare': {
      const [, assertion] = children(content)
      const value = children(assertion?.content ?? Buffer.alloc(0))[1]?.content.toString() ?? ''
      return [result(id, 0x6f, state.members.includes(value) ? compareTrue : compareFalse)]
    }
    case 'modify':
      state.writes += 1
      return [result(id, 0x67, modify(state, content))]
    default:
      return [result(id, 0x65, noSuchObject)]
  }
}

const whoAmICode = ({ fault }: ActiveDirectory): number =>
  fault === 'no who am I' ? protocolError : fault === 'who am I refused' ? notAllowed : success

const modify = (state: ActiveDirectory, content: Buffer): number => {
  if (state.fault === 'ignored write') return success
  if (state.fault === 'false code')
    return changesOf(content).some(({ how }) => how === 'add') ? exists : noSuchAttribute
  for (const { how, values } of changesOf(content))
    for (const value of values) {
      const isThere = state.members.includes(value)
      if (how === 'add' && isThere) return exists
      if (how === 'delete' && !isThere) return noSuchAttribute
      if (how === 'add') state.members.push(value)
      else state.members.splice(state.members.indexOf(value), 1)
    }
  return success
}

const search = (
  state: ActiveDirectory,
  id: Buffer,
  content: Buffer,
  { groupDn, peopleBase, rdn }: Names,
): Buffer[] => {
  const parts = children(content)
  const base = baseOf(content)
  const done = (code = success) => result(id, 0x65, code)
  const elsewhere = message(id, element(0x73, element(octets, 'ldap://elsewhere/')))
  if (state.fault === 'bind forgotten') return [done(strongerAuthRequired)]
  if (base === peopleBase && state.fault === 'people elsewhere') return [elsewhere, done()]
  if (base === peopleBase) {
    const filter = content.toString('latin1')
    const found = /uid.*?(user\d{4})/s.exec(filter) ?? /mail[^a-z]+([a-z]+)@/.exec(filter)
    const uid = found?.[1] ?? ''
    return [entry(id, `${rdn}=${uid},${peopleBase}`, { uid: [uid] }), done()]
  }
  const [, person] = /^(?:uid|CN)=(user\d{4}|[a-z]+),/.exec(base) ?? []
  if (person !== undefined && base.endsWith(`,${peopleBase}`))
    return [entry(id, base, { uid: [person] }), done()]
  if (base === '') return [entry(id, '', {}), done()]
  if (base !== groupDn) return [done(noSuchObject)]
  const wanted = children(parts.at(-1)?.content ?? Buffer.alloc(0)).map((each) => each.content.toString())
  const asked = wanted
    .map((each) => /^member;range=(\d+)-/i.exec(each)?.[1])
    .find((each) => each !== undefined)
  const from = Number(asked ?? 0)
  if (asked !== undefined && state.fault === 'size limit') return [done(sizeLimit)]
  if (asked !== undefined && state.fault === 'no range') return [entry(id, groupDn, {}), done()]
  if (asked !== undefined && state.fault === 'referral') return [elsewhere, done()]
  if (state.members.length <= rangeSize) return [entry(id, groupDn, { member: state.members }), done()]
  const values = state.members.slice(from, from + rangeSize)
  const last = from + rangeSize >= state.members.length ? '*' : String(from + rangeSize - 1)
  const start = asked !== undefined && state.fault === 'wrong range' ? from + 1 : from
  return [entry(id, groupDn, { [`member;range=${start}-${last}`]: values }), done()]
}
