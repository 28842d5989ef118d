import assert from 'node:assert/strict'
import type { ChatType } from '../../../../consumers/chat-notifier/budgets.ts'

interface Sent {
  method: string
  headers: Readonly<Record<string, unknown>>
  body: string
}

const isJson = ({ method, headers }: Sent, expected: string) => {
  assert.equal(method, expected)
  assert.match(String(headers['content-type']), /^application\/json/)
}

const keys = (object: object, allowed: readonly string[]) =>
  assert.deepEqual(
    Object.keys(object).filter((key) => !allowed.includes(key)),
    [],
  )

/** What each service documents about a request. A request of another form is an error. */
export const checkRequest: Readonly<Record<ChatType, (sent: Sent) => void>> = {
  slack: (sent) => {
    isJson(sent, 'POST')
    const body = JSON.parse(sent.body)
    keys(body, ['text', 'blocks'])
    assert.ok(typeof body.text === 'string' && body.text !== '' && body.text.length <= 40_000)
    assert.ok(body.blocks.length >= 1 && body.blocks.length <= 50)
    for (const { type, text } of body.blocks) {
      assert.equal(type, 'section')
      assert.equal(text.type, 'mrkdwn')
      assert.ok(text.text.length >= 1 && text.text.length <= 3000)
    }
  },
  mattermost: (sent) => {
    isJson(sent, 'POST')
    const body = JSON.parse(sent.body)
    keys(body, ['text', 'props', 'channel'])
    assert.ok(body.text !== '' && [...body.text].length <= 16_383)
  },
  teams: (sent) => {
    isJson(sent, 'POST')
    const body = JSON.parse(sent.body)
    keys(body, ['type', 'attachments'])
    assert.equal(body.type, 'message')
    const [attachment] = body.attachments
    assert.equal(attachment.contentType, 'application/vnd.microsoft.card.adaptive')
    assert.equal(attachment.content.type, 'AdaptiveCard')
    assert.ok(Buffer.byteLength(sent.body) <= 28 * 1024)
  },
  matrix: (sent) => {
    isJson(sent, 'PUT')
    assert.match(String(sent.headers.authorization), /^Bearer ./)
    const body = JSON.parse(sent.body)
    keys(body, ['msgtype', 'body', 'format', 'formatted_body', 'm.mentions', 'm.new_content', 'm.relates_to'])
    assert.equal(body.format, 'org.matrix.custom.html')
    assert.ok('m.mentions' in body && Buffer.byteLength(sent.body) <= 65_536)
  },
  discord: (sent) => {
    isJson(sent, 'POST')
    const body = JSON.parse(sent.body)
    keys(body, ['content', 'allowed_mentions', 'flags'])
    assert.ok(body.content.length >= 1 && body.content.length <= 2000)
    assert.deepEqual(body.allowed_mentions.parse, [])
  },
  json: (sent) => {
    isJson(sent, 'POST')
    JSON.parse(sent.body)
  },
}

/**
 * A service that sends text messages, in the form of Twilio's API:
 * https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
 */
export const checkSms = ({ method, headers, body }: Sent): void => {
  assert.equal(method, 'POST')
  assert.match(String(headers['content-type']), /^application\/x-www-form-urlencoded/)
  assert.match(String(headers.authorization), /^Basic [A-Za-z0-9+/]+={0,2}$/)
  const form = new URLSearchParams(body)
  assert.deepEqual([...form.keys()].sort(), ['Body', 'To'])
  assert.match(form.get('To') ?? '', /^\+[1-9]\d{6,14}$/)
  assert.ok(form.get('Body') !== '' && [...(form.get('Body') ?? '')].length <= 1600)
}

/** A receiver of GitLab's hooks with a secret token. */
export const checkHook = (sent: Sent): void => {
  isJson(sent, 'POST')
  assert.equal(sent.headers['x-gitlab-token'], 'a-token-of-the-receiver')
  for (const name of ['webhook-id', 'idempotency-key', 'x-gitlab-event', 'user-agent'])
    assert.ok(String(sent.headers[name] ?? '') !== '', name)
  JSON.parse(sent.body)
}
