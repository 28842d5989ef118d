import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgets, chatTypes } from '../../../../consumers/chat-notifier/budgets.ts'
import type { ChatMessage } from '../../../../consumers/chat-notifier/message/chat-message.ts'
import { requestOf } from '../../../../consumers/chat-notifier/request-of.ts'
import { targets } from '../../../../consumers/chat-notifier/targets/index.ts'
import type { Target } from '../../../../consumers/chat-notifier/targets/target.ts'
import { line } from '../../../../consumers/chat-notifier/text/piece.ts'
import { destinationOf } from '../../../helpers/records/chat-samples.ts'
import { checkRequest } from '../../../helpers/servers/chat/check-requests.ts'

const link = 'https://git.example.com/jobs/1'
const messageWith = (parts: Partial<ChatMessage>): ChatMessage => ({
  event: 'job',
  tone: 'bad',
  headline: line`Job ${{ text: 'lamps', url: link }} failed`,
  details: [],
  link,
  project: 'nordlicht/signal',
  mentions: [],
  events: 1,
  receivedAt: 0,
  ...parts,
})

const send = (type: (typeof chatTypes)[number], message: ChatMessage) => {
  const options = { transaction: 't', replaces: undefined }
  const { request } = requestOf(destinationOf(type), message, {}, options)
  checkRequest[type]({ method: request.method, headers: request.headers, body: String(request.body) })
  const target = targets[type] as unknown as Target
  return { size: target.sizeOf(request), body: String(request.body) }
}

/** Each & is several characters after it is escaped. */
const lines = (count: number, length: number) =>
  Array.from({ length: count }, () => line`${'&'.repeat(length)}`)

for (const type of chatTypes)
  test(`a message of ${type} at its limit is sent whole, and one beyond it says what is left out`, () => {
    const { most } = budgets[type]
    const whole = (length: number) => messageWith({ custom: 'x'.repeat(length), link: '' })
    const isWhole = (length: number) => !send(type, whole(length)).body.includes('more characters')
    let [longest, tooLong] = [1, most + 1]
    while (longest + 1 < tooLong) {
      const middle = Math.floor((longest + tooLong) / 2)
      if (isWhole(middle)) longest = middle
      else tooLong = middle
    }
    assert.ok(isWhole(longest - 1) && isWhole(longest))
    // Nothing is cut before it has to be: one more character does not fit as it is.
    const target = targets[type] as unknown as Target
    const options = { destination: destinationOf(type), mentioned: [], transaction: 't', replaces: undefined }
    const raw = target.sizeOf(target.request(whole(longest + 1), options))
    assert.ok(raw > most, `${raw} of ${most}`)
    const beyond = send(type, whole(longest + 1))
    assert.match(beyond.body, /more characters/)
    assert.ok(beyond.size <= most, `${beyond.size} of ${most}`)
  })

for (const type of chatTypes)
  test(`a message of ${type} that is too long keeps its verdict and its link`, () => {
    const { size, body } = send(type, messageWith({ details: lines(400, 290) }))
    assert.ok(size <= budgets[type].most)
    assert.match(body, /failed/)
    assert.ok(body.includes(link), 'the link')
    assert.match(body, /\d+ more lines/)
  })
