import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../helpers/process/eventually.ts'
import { readAllSeries } from '../helpers/process/read-series.ts'
import { countOn, recordsOf } from '../helpers/records/records.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const stack = await openWorkerStack('simulate', [])

const story = ['--seed', 'nine', '--begin', '2026-11-02T09:00:00Z', '--rate', '200', '--count', '400']

test('the hooks of a simulation are published, none is quarantined, and every field is read', async () => {
  const ingress = await stack.startReady(['ingress'])
  const { exited, lines } = await stack.start(['simulate', '--target', String(ingress.hookUrl), ...story])
  assert.equal((await exited).code, 0, lines.join('\n'))
  assert.match(lines.at(-1) ?? '', /^400 hooks: /)

  const series = await readAllSeries(ingress.metricsUrl)
  const above = (name: string) =>
    [...series].filter(([key, value]) => key.startsWith(`${name}{`) && value > 0)
  // A topic that was made a moment ago may have no leader yet: then its hooks take the way by the spool.
  const accepted = ['published', 'spooled'].map((outcome) => `ingress_hooks_total{outcome="${outcome}"}`)
  const answered = above('ingress_hooks_total')
  assert.ok(
    answered.every(([key]) => accepted.includes(key)),
    JSON.stringify(answered),
  )
  assert.equal(
    answered.reduce((sum, [, count]) => sum + count, 0),
    400,
  )
  assert.deepEqual(above('ingress_coercion_faults_total'), [])
  assert.deepEqual(above('ingress_rejections_total'), [])
  for (const topic of ['gitlab.quarantine', 'gitlab.unknown'])
    assert.equal(await countOn(stack, stack.prefix + topic), 0, topic)

  const sentPushes = Number(/push (\d+)/.exec(lines.at(-1) ?? '')?.[1])
  const pushes = await eventually(async () => {
    const found = await recordsOf(stack, 'push')
    assert.equal(found.length, sentPushes)
    return found
  })
  for (const { value } of pushes)
    assert.deepEqual(
      [value.delivery.source, value.delivery.instance],
      ['simulate', 'https://gitlab.havblikk.example'],
    )
})

test('printed hooks are the same in every process', async () => {
  const print = async () => {
    const { exited, lines } = await stack.start(['simulate', '--print', ...story])
    assert.equal((await exited).code, 0)
    return [...lines]
  }
  const [first, second] = [await print(), await print()]
  assert.equal(first.length, 400)
  assert.deepEqual(first, second)
})

test('without --target a stack with a Kafka of somebody else is left alone', async () => {
  const { exited, lines } = await stack.start(['simulate', ...story])
  assert.equal((await exited).code, 1)
  assert.match(lines.join('\n'), /No local stack is running/)
})
