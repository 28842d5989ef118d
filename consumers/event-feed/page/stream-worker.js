// One stream for all tabs: a browser opens at most six connections to one host by HTTP/1.1.
// It reads the stream with fetch, because that tells why a request was refused.

const address = '/sse/?shape=summary&include=tests'
const most = 500
const ports = new Set()
let recent = []
let state = 'connecting'
let lastId = ''
let run

const tell = (message) => {
  for (const port of ports) port.postMessage(message)
}

const setState = (next) => {
  state = next
  tell({ kind: 'state', state })
}

const take = ({ event, data }) => {
  if (event === 'reset') return tell({ kind: 'reset', missing: JSON.parse(data).missing })
  if (['resumed', 'closed', 'unreadable', ''].includes(event)) return
  const summary = JSON.parse(data)
  recent = [...recent.slice(1 - most), summary]
  tell({ kind: 'events', events: [summary] })
}

/** Reads the lines of a stream until it ends. */
const read = async (body) => {
  let rest = ''
  let message = { event: '', data: '' }
  const lines = body.pipeThrough(new TextDecoderStream())
  for (const reader = lines.getReader(); ; ) {
    const { value, done } = await reader.read()
    if (done) return
    const parts = (rest + value).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      if (line === '') {
        if (message.data !== '') take(message)
        message = { event: '', data: '' }
      } else if (line.startsWith('id: ')) lastId = line.slice(4)
      else if (line.startsWith('event: ')) message.event = line.slice(7)
      else if (line.startsWith('data: ')) message.data += line.slice(6)
    }
  }
}

const connect = async (signal) => {
  const since = lastId === '' ? '&since=15m' : ''
  const headers = lastId === '' ? {} : { 'Last-Event-ID': lastId }
  const response = await fetch(address + since, { headers, signal, credentials: 'same-origin' })
  if (response.status === 401) return 'signed_out'
  // An id that the feed does not know would be refused again and again.
  if (response.status === 400) lastId = ''
  if (!response.ok || response.body === null) return 'waiting'
  setState('open')
  await read(response.body)
  return 'waiting'
}

const start = async () => {
  run?.abort()
  const own = new AbortController()
  run = own
  for (let waitMs = 500; !own.signal.aborted; waitMs = Math.min(2 * waitMs, 5000)) {
    const startedAt = Date.now()
    const next = await connect(own.signal).catch(() => 'waiting')
    if (own.signal.aborted) return
    setState(next)
    if (next === 'signed_out') return
    if (Date.now() - startedAt > 10_000) waitMs = 500
    await new Promise((resolve) => setTimeout(resolve, waitMs * (0.5 + Math.random() / 2)))
  }
}

const join = (port) => {
  ports.add(port)
  port.onmessage = ({ data }) => {
    if (data === 'leave') ports.delete(port)
    if (data === 'start') {
      recent = []
      lastId = ''
      start()
    }
    if (data === 'stop') {
      run?.abort()
      recent = []
      setState('signed_out')
    }
  }
  port.postMessage({ kind: 'events', events: recent })
  port.postMessage({ kind: 'state', state })
  if (run === undefined || state === 'signed_out') start()
}

if ('onconnect' in self) self.onconnect = ({ ports: [port] }) => join(port)
else join(self)
