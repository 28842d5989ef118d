// Only a route with `mention` mentions anybody, and only the people whom the routes file names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatType } from '../../../../consumers/chat-notifier/budgets.ts'
import { compose } from '../../../../consumers/chat-notifier/message/compose.ts'
import { requestOf } from '../../../../consumers/chat-notifier/request-of.ts'
import type { Route } from '../../../../consumers/delivery/routes/route.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { destinationOf, recordOfFixture } from '../../../helpers/records/chat-samples.ts'
import { checkRequest } from '../../../helpers/servers/chat/check-requests.ts'

const person = (id: number, username: string) => ({
  ...{ id, username, name: username, avatar_url: null, email: null, public_email: null, state: null },
})
const record = structuredClone({
  ...recordOfFixture('merge_request'),
  raw: Buffer.alloc(0),
}) as unknown as RecordOf<'merge_request'>
Object.assign(record, {
  user: person(1, 'ada'),
  assignees: [person(2, 'bela'), person(3, 'carl')],
  reviewers: [person(4, 'dora')],
})
// What users write names people, too.
Object.assign(record.object_attributes, { author_id: 1, title: '@bela <@UBELA> @dora:example.com <@22>' })

const idsOf = (name: string) => ({
  ...{ slack: `U${name.toUpperCase()}`, mattermost: name, teams: `${name}@example.com` },
  ...{ matrix: `@${name}:example.com`, discord: `${name.length}${name.length}` },
})
// `carl` is not here. `eve` is here, and the event does not name this person.
const people = { ada: idsOf('ada'), bela: idsOf('bela'), dora: idsOf('dora'), eve: idsOf('eve') }

type Json = Record<string, unknown>
/** The ids that the request really mentions, by the rules of the service. */
const mentionedIn: Readonly<Record<Exclude<ChatType, 'json'>, (body: Json) => readonly unknown[]>> = {
  slack: ({ text }) => [...String(text).matchAll(/<@(\w+)>/g)].map(([, id]) => id),
  mattermost: ({ text, props }) =>
    (props as Json).disable_mentions === true
      ? []
      : [...String(text).matchAll(/@([a-z]\w*)/g)].map(([, name]) => name),
  teams: ({ attachments }) => {
    const [{ content }] = attachments as [{ content: { msteams: { entities?: { mentioned: Json }[] } } }]
    return (content.msteams.entities ?? []).map(({ mentioned }) => mentioned.id)
  },
  matrix: (body) => (body['m.mentions'] as { user_ids?: string[] }).user_ids ?? [],
  discord: ({ allowed_mentions: allowed }) => (allowed as { users: string[] }).users,
}

const send = (type: ChatType, mention: Route['mention']): Json => {
  const message = compose(record, { mention })
  const { request } = requestOf(destinationOf(type), message, people, {
    transaction: 't',
    replaces: undefined,
  })
  checkRequest[type]({ method: request.method, headers: request.headers, body: String(request.body) })
  return JSON.parse(String(request.body))
}

for (const type of Object.keys(mentionedIn) as (keyof typeof mentionedIn)[])
  test(`${type}: a route mentions those whom it names and whom the file knows, and nobody else`, () => {
    const of = (mention: Route['mention']) => mentionedIn[type](send(type, mention))
    const ids = (...names: (keyof typeof people)[]) => names.map((name) => people[name][type])
    assert.deepEqual(of([]), [])
    assert.deepEqual(of(['author']), ids('ada'))
    assert.deepEqual(of(['assignees']), ids('bela'))
    assert.deepEqual(of(['reviewers']), ids('dora'))
    assert.deepEqual(of(['author', 'assignees', 'reviewers']), ids('ada', 'bela', 'dora'))
  })

test('a destination of the type json mentions nobody', () => {
  assert.doesNotMatch(JSON.stringify(send('json', ['author', 'assignees'])), /UADA|ada@example\.com/)
})
