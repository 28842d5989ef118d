// `npm run bench:normalise`: what typing a hook costs, as a ratio to JSON.parse of the same body in the same run. The promise is 2.5 for the push.
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

const samples = ['push', 'merge_request', 'job']
// Short turns, one after the other: a busy moment hits a few turns of all, which a median passes over.
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

/** Microseconds a call, over one turn, of this thread's own time on a processor: others may be waiting for it. */
const time = (action: () => unknown): number => {
  const { user, system } = process.threadCpuUsage()
  const start = performance.now()
  let calls = 0
  for (; performance.now() - start < turnMs; calls += 10) for (let i = 0; i < 10; i++) action()
  const spent = process.threadCpuUsage({ user, system })
  return (spent.user + spent.system) / calls
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const measure = (sample: string) => {
  const hook = hookOf(sample)
  const { body } = hook
  const classified = classify(hook)
  const encoded = encode(hook, normalise(hook, classified))
  if ('reason' in encoded || encoded.event !== sample) throw new Error(`${sample} is not typed`)
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
    () => Object.fromEntries(Object.entries(work).map(([name, action]) => [name, time(action)])) as Times,
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
