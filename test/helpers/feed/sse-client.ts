import { eventually } from '../process/eventually.ts'

/** An event as the specification dispatches it. */
export interface SseEvent {
  event: string
  data: string
  /** The last id that the stream has set when the event comes. */
  id: string
}

export interface SseClient {
  readonly status: number
  readonly headers: Headers
  readonly events: readonly SseEvent[]
  /** The last id, also of a message without data. */
  lastId(): string
  /** Whether the server has ended the stream. */
  hasEnded(): boolean
  /** Waits until a condition on the events holds, and fails with what came. */
  until(holds: (events: readonly SseEvent[]) => boolean): Promise<readonly SseEvent[]>
  close(): void
}

/**
 * A strict reader of server-sent events, by https://html.spec.whatwg.org/multipage/server-sent-events.html.
 * It does not reconnect.
 */
export const openSse = async (url: string, headers: Record<string, string> = {}): Promise<SseClient> => {
  const ending = new AbortController()
  const response = await fetch(url, { headers, signal: ending.signal })
  const events: SseEvent[] = []
  let [lastId, isEnded] = ['', false]
  let message = { event: '', data: [] as string[] }
  const take = (line: string) => {
    if (line === '') {
      if (message.data.length > 0)
        events.push({ event: message.event || 'message', data: message.data.join('\n'), id: lastId })
      message = { event: '', data: [] }
      return
    }
    if (line.startsWith(':')) return
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'event') message.event = value
    else if (field === 'data') message.data.push(value)
    else if (field === 'id') lastId = value
    else if (field !== 'retry') throw new Error(`not a field of server-sent events: ${line.slice(0, 100)}`)
  }
  const read = async () => {
    let rest = ''
    const decoder = new TextDecoder('utf-8', { fatal: true })
    for await (const bytes of response.body ?? []) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
    }
  }
  const reading = response.status === 200 ? read() : Promise.resolve()
  reading
    .catch(() => undefined)
    .finally(() => {
      isEnded = true
    })
  return {
    status: response.status,
    headers: response.headers,
    events,
    lastId: () => lastId,
    hasEnded: () => isEnded,
    until: (holds) =>
      eventually(() => {
        if (holds(events)) return events
        throw new Error(`these events came: ${JSON.stringify(events).slice(0, 2000)}`)
      }, 60_000),
    close: () => ending.abort(),
  }
}
