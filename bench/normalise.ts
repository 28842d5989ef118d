// `npm run bench:normalise` measures what it costs to turn
// a hook into a typed record, as a ratio to JSON.parse
// of the same body in the same run. The promise is a ratio of 2.5 for the push.
import { hash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Hook } from '../ingress/hook.ts'
import { classify } from '../ingress/record/classify.ts'
import { createEncodeStage, type Encoders } from '../ingress/record/encode.ts'
import { normalise } from '../ingress/record/normalise.ts'
import { createEncoder, type Encode } from '../lib/avro/codec.ts'
import { catalogue, eventTypes } from '../schemas/catalogue.ts'
import { typeOfShape } from '../schemas/load.ts'
import { createNames } from '../schemas/topics.ts'
import { median } from './report/median.ts'

const samples = ['push', 'merge_request', 'job']
// Short turns one after the other:
// a busy moment of the machine affects a few turns, which the median ignores.
const rounds = 160
const warmUpRounds = 80
const turnMs = 5

const encoders = Object.fromEntries(
  eventTypes.map((event) => [event, createEncoder(typeOfShape(catalogue[event].schema), 1)]),
) as unknown as Encoders
const encode = createEncodeStage(encoders, createNames(''))

const hookOf = (sample: string): Hook => ({
  id: randomUUID(),
  source: 'default',
  receivedAt: Date.now(),
  headers: {
    'x-gitlab-event': 'System Hook',
    'x-gitlab-instance': 'https://git.nordlicht.example',
    'user-agent': 'GitLab/19.4.0',
  },
  body: readFileSync(new URL(`../test/fixtures/${sample}.json`, import.meta.url)),
})

/**
 * Microseconds for each call over one turn.
 * Only the processor time of this thread counts, so other processes do not.
 */
const timeTurn = (action: () => unknown): number => {
  const { user, system } = process.threadCpuUsage()
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < turnMs) {
    for (let i = 0; i < 10; i++) action()
    calls += 10
  }
  const spent = process.threadCpuUsage({ user, system })
  return (spent.user + spent.system) / calls
}

const measure = (sample: string) => {
  const hook = hookOf(sample)
  const { body } = hook
  const classified = classify(hook)
  const encoded = encode(hook, normalise(hook, classified))
  if ('reason' in encoded || encoded.event !== sample)
    throw new Error(`The sample ${sample} did not become a record of its event`)
  const record = () => normalise(hook, classified)
  const toAvro = encoders[classified.event] as Encode<unknown>
  const work = {
    parse: () => JSON.parse(body.toString()),
    digest: () => hash('sha256', body),
    normalise: record,
    both: () => toAvro(record().record),
    message: () => encode(hook, record()),
  }
  type Times = Record<keyof typeof work, number>
  const turns = Array.from(
    { length: rounds },
    () => Object.fromEntries(Object.entries(work).map(([name, action]) => [name, timeTurn(action)])) as Times,
  )
  const warm = turns.slice(warmUpRounds)
  const medianOf = (pick: (times: Times) => number) => Number(median(warm.map(pick)).toFixed(2))
  return {
    bytes: body.length,
    'JSON.parse µs': medianOf(({ parse }) => parse),
    'SHA-256 µs': medianOf(({ digest }) => digest),
    'normalise µs': medianOf(({ normalise: typed }) => typed),
    'normalise + encode µs': medianOf(({ both }) => both),
    'with key and headers µs': medianOf(({ message }) => message),
    ratio: medianOf(({ parse, both }) => both / parse),
  }
}

console.table(Object.fromEntries(samples.map((sample) => [sample, measure(sample)])))
