// A sender is never blamed for the time in which the ingress itself stood still or was busy.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSoak } from '../../helpers/faults/outage.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { postHook } from '../../helpers/records/post-hook.ts'

const token = 'the-token-of-the-stalled'
const mebibyte = 1024 * 1024
/** So many senders that the ingress is always writing to its disk. */
const senders = 16
const start = (timeoutSeconds: string) =>
  startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    INGRESS_BODY_TIMEOUT_SECONDS: timeoutSeconds,
  })
const [ingress, busy] = await Promise.all([start('1'), start(isSoak ? '4.5' : '0.3')])
after(() => Promise.all([ingress.remove(), busy.remove()]))
const headersFor = (body: Buffer | string) =>
  rawRequest(
    '',
    [
      ['X-Gitlab-Token', token],
      ['Content-Length', String(Buffer.byteLength(body))],
    ],
    {
      length: false,
    },
  )

test('a body that arrived while the ingress was paused is accepted', async () => {
  const body = JSON.stringify({ object_kind: 'push', text: 'x'.repeat(100_000) })
  const pausing = async () => {
    await sleep(300) // The ingress reads the headers, and its time limit for the body begins.
    ingress.kill('SIGSTOP')
  }
  const resuming = async () => {
    await sleep(1500)
    ingress.kill('SIGCONT')
  }
  const paused = pausing()
  const sending = sendRaw(ingress.hookUrl, [headersFor(body), paused, body], 15_000)
  await paused
  await resuming()
  assert.deepEqual((await sending).statuses, [202])
})

test('hooks that were being spooled while the ingress was paused are kept, in order', async (t) => {
  const paused = await start('5')
  t.after(() => paused.remove())
  const numbers: number[] = []
  let isSending = true
  const sender = async (first: number) => {
    for (let number = first; isSending; number += senders) {
      const id = `paused-${number}`
      const answer = await postHook(paused.hookUrl, token, id, markedBody(id, 0))
      assert.ok(answer !== 'refused')
      numbers.push(answer.status ?? 0)
    }
  }
  const sending = Promise.all(Array.from({ length: senders }, (_, first) => sender(first)))
  for (let pause = 0; pause < 3; pause++) {
    await untilCount(numbers, numbers.length + 100)
    paused.kill('SIGSTOP')
    await sleep(5500) // Longer than a hook may take until its answer.
    paused.kill('SIGCONT')
  }
  await untilCount(numbers, numbers.length + 100)
  isSending = false
  await sending
  assert.deepEqual([...new Set(numbers)], [202])
  const accepted = await paused.acceptedHooks()
  assert.equal(accepted.length, numbers.length, 'each hook is on disk once')
  const times = accepted.map(({ received_at }) => String(received_at))
  assert.deepEqual(times, times.toSorted())
})

test('many large bodies at once get no 4xx', async () => {
  const [count, bytes] = isSoak ? [24, 18 * mebibyte] : [8, 6 * mebibyte]
  const body = Buffer.from(JSON.stringify({ object_kind: 'push', text: 'x'.repeat(bytes) }))
  const answers = await Promise.all(
    Array.from({ length: count }, () => sendRaw(busy.hookUrl, [headersFor(body), body], 30_000)),
  )
  const statuses = answers.flatMap((answer) => answer.statuses)
  assert.equal(statuses.length, count)
  for (const status of statuses) assert.ok(status === 202 || status >= 500, `${statuses}`)
  // A slow disk may refuse some of them within their time, but not most of a few.
  const least = isSoak ? 1 : count / 2
  assert.ok(statuses.filter((status) => status === 202).length >= least, `${statuses}`)
})
