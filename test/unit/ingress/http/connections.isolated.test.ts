import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { mock, test } from 'node:test'
import { setImmediate as nextRound } from 'node:timers/promises'
import { createConnections } from '../../../../ingress/http/connections.ts'

mock.timers.enable({ apis: ['setTimeout'] })

/** Lets time pass, and then what is readable be read. */
const pass = async (ms: number) => {
  mock.timers.tick(ms)
  for (let round = 0; round < 3; round++) await nextRound()
}

const wide = { connections: 100, momentary: 100, waitingPerSender: 100 }

/** A server whose connections have names. `closed` lists those that were closed, in order. */
const serving = (limits: Partial<typeof wide>) => {
  const server = new EventEmitter()
  const closed: string[] = []
  const refusals: string[] = []
  const connections = createConnections({
    limits: { ...wide, ...limits },
    addressOf: ({ remoteAddress }) => remoteAddress ?? '',
    senderOf: (address) => address,
    isAllowed: (address) => address !== 'outside',
    onRefused: (reason, address) => refusals.push(`${reason} ${address}`),
  })
  connections.watch(server as Server)
  let remotePort = 0
  const open = (name: string, remoteAddress = 'a') => {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress,
      remotePort: remotePort++,
      destroy: () => {
        closed.push(name)
        socket.emit('close')
      },
    })
    server.emit('connection', socket)
    return socket as unknown as Socket
  }
  /** Begins a request. @returns a function that answers it */
  const request = (socket: Socket) => {
    const incoming = { socket } as IncomingMessage
    const response = Object.assign(new EventEmitter(), { statusCode: 0, req: incoming })
    connections.onRequest(incoming, response as unknown as ServerResponse)
    const answer = (statusCode: number) => Object.assign(response, { statusCode }).emit('close')
    return { answer, setUnproven: (isUnproven: boolean) => connections.setUnproven(incoming, isUnproven) }
  }
  const settle = async () => {
    await pass(100)
    await pass(100)
  }
  return { server, open, request, settle, closed, refusals }
}

test('at the limit the oldest silent connection is closed, not the newest', async () => {
  const { open, settle, closed, refusals } = serving({ connections: 2 })
  for (const name of ['1', '2', '3', '4']) open(name)
  await settle()
  assert.deepEqual(closed, ['1', '2'])
  assert.deepEqual(refusals, ['connections a', 'connections a'])
})

test('a connection whose request has arrived by then is kept, however many came with it', async () => {
  const { open, request, settle, closed } = serving({ connections: 2 })
  const [genuine] = ['genuine', '1', '2', '3'].map((name) => open(name))
  request(genuine as Socket)
  await settle()
  assert.deepEqual(closed, ['1', '2'])
})

test('a connection whose request is still on its way is kept, however many come after it', async () => {
  const { open, request, closed } = serving({ connections: 2 })
  const genuine = open('genuine')
  for (const name of ['1', '2', '3']) open(name)
  await pass(100)
  assert.deepEqual(closed, [])
  request(genuine)
  await pass(100)
  assert.deepEqual(closed, ['1', '2'])
})

test('older connections are closed in their time, also while new ones come without a pause', async () => {
  const { open, closed } = serving({ connections: 2 })
  for (const name of ['1', '2', '3', '4', '5']) {
    open(name)
    await pass(100)
  }
  assert.deepEqual(closed, ['1', '2', '3'])
})

test('a hook in progress is never closed; an unproven body is, and before an idle known sender', async () => {
  const { open, request, settle, closed } = serving({ connections: 3 })
  const [known, busy, unproven] = [open('known'), open('busy'), open('unproven')]
  request(known).answer(200)
  request(busy)
  request(unproven).setUnproven(true)
  open('new')
  await settle()
  assert.deepEqual(closed, ['unproven'])
  request(open('busy too'))
  await settle()
  assert.deepEqual(closed, ['unproven', 'new'])
  request(open('and this'))
  await settle()
  assert.deepEqual(closed, ['unproven', 'new', 'known'])
})

test('a body whose sender has proved its identity is no longer closed', async () => {
  const { open, request, settle, closed } = serving({ connections: 1 })
  const proven = request(open('proven'))
  proven.setUnproven(true)
  proven.setUnproven(false)
  open('silent')
  await settle()
  assert.deepEqual(closed, ['silent'])
})

test('a sender at its own limit closes its own connections; hooks in progress do not count', async () => {
  const { open, request, settle, closed } = serving({ waitingPerSender: 2 })
  open('other', 'b')
  for (const name of ['busy 1', 'busy 2', 'busy 3']) request(open(name))
  for (const name of ['1', '2', '3']) open(name)
  await settle()
  assert.deepEqual(closed, ['1'])
})

test('a connection with two requests in progress is silent only after both were answered', async () => {
  const { open, request, settle, closed } = serving({ connections: 1 })
  const socket = open('pipelined')
  const [first, second] = [request(socket), request(socket)]
  first.answer(401)
  request(open('other'))
  await settle()
  assert.deepEqual(closed, [])
  second.answer(401)
  request(open('third'))
  await settle()
  assert.deepEqual(closed, ['pipelined'])
})

test('above the momentary limit there is no waiting, and without a silent one the newest is closed', () => {
  const { open, request, closed } = serving({ connections: 1, momentary: 2 })
  open('silent')
  request(open('busy'))
  request(open('busy too'))
  assert.deepEqual(closed, ['silent'])
  open('one too many')
  assert.deepEqual(closed, ['silent', 'one too many'])
})

test('an address that no source allows is closed at once', () => {
  const { open, closed, refusals } = serving({})
  open('stranger', 'outside')
  assert.deepEqual([closed, refusals], [['stranger'], ['address outside']])
})

test('with TLS the requests of a connection come on another socket', async () => {
  const { server, open, request, settle, closed } = serving({ connections: 1 })
  const { remoteAddress, remotePort } = open('busy')
  const secure = { remoteAddress, remotePort } as Socket
  server.emit('secureConnection', secure)
  request(secure)
  open('silent')
  await settle()
  assert.deepEqual(closed, ['silent'])
})
