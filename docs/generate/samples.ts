import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { ownEventHeader, ownSource } from '../../ingress/hook.ts'
import { classify } from '../../ingress/record/classify.ts'
import { createEncodeStage, type Encoders } from '../../ingress/record/encode.ts'
import { normalise } from '../../ingress/record/normalise.ts'
import { createEncoder } from '../../lib/avro/codec.ts'
import { catalogue, type EventType, eventTypes, type Records } from '../../schemas/catalogue.ts'
import { typeOfShape } from '../../schemas/load.ts'
import { createNames } from '../../schemas/topics.ts'

/** One hook as a consumer reads it. */
export interface Sample {
  event: EventType
  /** The value of X-Gitlab-Event. */
  header: string | undefined
  record: Records[EventType]
  key: string
  headers: Record<string, string>
}

const folder = new URL('../../test/fixtures/', import.meta.url)

/** Values that no fixture has. They are fixed, so that generated documents do not change by themselves. */
const fixed = {
  id: '0199b3f2-6c1e-7a44-9d0b-5f1e2a7c8d90',
  receivedAt: Date.parse('2026-10-05T07:03:12.345Z'),
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}

const encoders = Object.fromEntries(
  eventTypes.map((event) => [event, createEncoder(typeOfShape(catalogue[event].schema), 1)]),
) as unknown as Encoders
const encode = createEncodeStage(encoders, createNames(''))

/** Takes a body through the stages between authentication and Kafka. */
const deliver = (text: string, given: IncomingHttpHeaders, source = 'default'): Sample => {
  const headers: IncomingHttpHeaders = { ...given, traceparent: fixed.traceparent }
  const id = String(headers['webhook-id'] ?? fixed.id)
  const hook = { id, source, receivedAt: fixed.receivedAt, headers, body: Buffer.from(text) }
  const normalised = normalise(hook, classify(hook))
  const encoded = encode(hook, normalised)
  if ('reason' in encoded) throw new Error(`A sample cannot be encoded: ${encoded.detail}`)
  const { event, message } = encoded
  return {
    event,
    header: headers['x-gitlab-event']?.toString(),
    record: normalised.record,
    key: message.key,
    headers: message.headers,
  }
}

const readHeaders = (file: string): IncomingHttpHeaders =>
  Object.fromEntries(
    readFileSync(new URL(file, folder), 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  )

/** The topics `unknown` and `quarantine` have no fixture, and no hook becomes an interval. */
const withoutFixture = [
  deliver('{"object_kind":"moon_landing","project_id":15,"crew":3}', {
    'x-gitlab-event': 'Moon Landing Hook',
  }),
  deliver('{"object_kind":"push","project_id":15,"ref":"refs/heads/main"}', {
    'x-gitlab-event': 'Push Hook',
  }),
  deliver('{"object_kind":"moon_landing","project_id":15,"site":{"confidential":true}}', {
    'x-gitlab-event': 'Moon Landing Hook',
  }),
  deliver('{"object_kind":"note","project_id":15,"object_attributes":{"internal":true}}', {
    'x-gitlab-event': 'Confidential Note Hook',
  }),
  deliver(
    '{"kind":"refusing","from":"2026-10-05T07:01:02.000Z","to":"2026-10-05T07:03:12.000Z",' +
      '"ingress":"5c1f0a92-7d0e-4f41-9a5e-2f6d9a1b7c30","refused":214}',
    { [ownEventHeader]: 'interval' },
    ownSource,
  ),
]

/** Every fixture as a record, by event. The fixture that is named like its event comes first. */
export const readSamples = (): Map<EventType, Sample[]> => {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace('.json', ''))
    .sort()
  const samples = names.map((name) =>
    deliver(
      JSON.stringify(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))),
      readHeaders(`${name}.headers`),
    ),
  )
  return Map.groupBy([...samples, ...withoutFixture], ({ event }) => event)
}
