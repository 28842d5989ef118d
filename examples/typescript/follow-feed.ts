// Prints each event of the feed once, as a JSON line. FEED_URL=… FEED_TOKEN=… node follow-feed.ts [file]
// It continues after every break and every restart, and says which events Kafka has deleted meanwhile.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** With shape=record an event has its delivery id, by which one that comes twice is recognised. */
const { FEED_URL = 'http://127.0.0.1:8090/sse/push?shape=record', FEED_TOKEN } = process.env
const [, , file = 'follow-feed.json'] = process.argv

interface State {
  /** The id of the last event: it says where the stream continues. */
  lastId: string
  /** The newest deliveries, more than come in the minute that a stream may send again. */
  deliveries: string[]
}

const mostDeliveries = 10_000
/** The feed sends something every 15 seconds. A connection that is silent for longer is dead. */
const silentMs = 45_000

const state: State = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { lastId: '', deliveries: [] }
const known = new Set(state.deliveries)
let retryMs = 2000

const save = () => {
  state.deliveries = [...known].slice(-mostDeliveries)
  writeFileSync(`${file}.new`, JSON.stringify(state))
  renameSync(`${file}.new`, file)
}

/** Does the work. A real program writes to its database here. */
const handle = (event: string, data: string) => {
  const { delivery, ref, user_username } = JSON.parse(data)
  if (known.has(delivery.id)) return
  console.log(JSON.stringify({ event, delivery: delivery.id, ref, user_username }))
  known.add(delivery.id)
}

const take = (event: string, data: string) => {
  switch (event) {
    case 'resumed': // with the basis `time`, events of the last minute come again
    case 'closed': // the reason; the stream ends now
      return console.error(`${event}: ${data}`)
    case 'reset': // these events will never come: a program that needs them asks the audit log
    case 'unreadable':
      return console.error(`missing: ${data}`)
    default:
      return handle(event, data)
  }
}

/** Reads one event: its lines up to the empty line. The id counts also without data. */
const read = (block: string) => {
  let [event, id] = ['message', state.lastId]
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^([a-z]+): ?(.*)$/s.exec(line) ?? []
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
    if (field === 'id') id = value
    if (field === 'retry') retryMs = Number(value)
  }
  if (data.length > 0) take(event, data.join('\n'))
  state.lastId = id // after the event is handled
}

const follow = async () => {
  const ending = new AbortController()
  const silence = setTimeout(() => ending.abort(new Error('nothing came for too long')), silentMs)
  const headers = {
    ...(state.lastId !== '' && { 'Last-Event-ID': state.lastId }),
    ...(FEED_TOKEN !== undefined && { Authorization: `Bearer ${FEED_TOKEN}` }),
  }
  try {
    const response = await fetch(FEED_URL, { headers, signal: ending.signal })
    if (response.status === 429 || response.status >= 500)
      return await sleep(1000 * Number(response.headers.get('retry-after') ?? 10))
    if (response.status !== 200) {
      console.error(`the feed answers ${response.status}: ${await response.text()}`)
      process.exit(1) // it would answer the same again
    }
    let rest = ''
    const decoder = new TextDecoder()
    for await (const part of response.body ?? []) {
      silence.refresh()
      const blocks = (rest + decoder.decode(part, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) read(block)
      save()
    }
  } finally {
    clearTimeout(silence)
  }
}

for (;;) {
  await follow().catch((error: unknown) => console.error(`the connection broke: ${error}`))
  await sleep(retryMs)
}
