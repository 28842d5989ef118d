import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BeginningDecision,
  decideBeginning,
  type WorkerPast,
} from '../../../../../consumers/runtime/beginning/decide-beginning.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = 1000 * dayMs

const newWorker: WorkerPast = {
  begins: 'now',
  from: undefined,
  hasOffsets: false,
  firstStart: undefined,
  maxAgeMs: dayMs,
  now,
}
const longAgo = now - 100 * dayMs

const cases: [title: string, past: Partial<WorkerPast>, decision: BeginningDecision][] = [
  ['a new worker begins where its definition says', {}, { name: 'begin', from: 'now' }],
  ['so does one that begins at the oldest record', { begins: 'oldest' }, { name: 'begin', from: 'oldest' }],
  ['a worker continues where its offsets are', { hasOffsets: true }, { name: 'continue' }],
  ['--from decides at the first start', { from: 'oldest' }, { name: 'begin', from: 'oldest' }],
  ['--from also replaces the offsets of setup', { from: 5, hasOffsets: true }, { name: 'begin', from: 5 }],
  [
    'a later start ignores --from',
    { from: 'oldest', hasOffsets: true, firstStart: longAgo },
    { name: 'ignore_from' },
  ],
  ['--from decides where offsets were lost', { from: 7, firstStart: longAgo }, { name: 'begin', from: 7 }],
  [
    'a worker without its offsets repeats what is young enough',
    { firstStart: longAgo },
    { name: 'resume', from: now - dayMs },
  ],
  [
    'it never goes back before its first start',
    { firstStart: now - hourMs },
    { name: 'resume', from: now - hourMs },
  ],
  [
    'it goes back at most as far as brokers keep offsets, because older records were handled',
    { firstStart: longAgo, maxAgeMs: 30 * dayMs },
    { name: 'resume', from: now - 7 * dayMs },
  ],
  [
    'a worker that begins at the oldest record stops where offsets were lost',
    { begins: 'oldest', firstStart: longAgo },
    { name: 'stop' },
  ],
]

for (const [title, past, decision] of cases)
  test(title, () => assert.deepEqual(decideBeginning({ ...newWorker, ...past }), decision))
