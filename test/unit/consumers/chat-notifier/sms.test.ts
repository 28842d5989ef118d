// The SMS of the examples is what the service documents.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatDestination } from '../../../../consumers/chat-notifier/budgets.ts'
import { compose } from '../../../../consumers/chat-notifier/message/compose.ts'
import { planned } from '../../../../consumers/chat-notifier/planned.ts'
import { requestOf } from '../../../../consumers/chat-notifier/request-of.ts'
import { readRoutes } from '../../../../consumers/delivery/routes/read-routes.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { recordOfFixture } from '../../../helpers/records/chat-samples.ts'
import { checkSms } from '../../../helpers/servers/chat/check-requests.ts'

const file = 'examples/routes.yaml'
const sms = readRoutes(file, ['json']).value.destinations.get('sms') as ChatDestination

test('the text message of the example is a form with the number and the title of the issue', () => {
  const issue = recordOfFixture('issue') as RecordOf<'issue'>
  const message = compose(issue, { mention: [] })
  const { request } = requestOf(sms, message, {}, { transaction: 't', replaces: undefined })
  checkSms({ method: request.method, headers: request.headers, body: String(request.body) })
  const form = new URLSearchParams(String(request.body))
  assert.equal(form.get('To'), '+4900000000')
  assert.ok(form.get('Body')?.includes(issue.object_attributes.title ?? assert.fail()))
  assert.match(form.get('Body') ?? '', /https:\/\/\S+\/issues\/\d+$/)
})

test('only a new issue with the label makes a text message', () => {
  const issue = recordOfFixture('issue') as RecordOf<'issue'>
  const incident = { ...issue, labels: issue.labels.map((label) => ({ ...label, title: 'incident' })) }
  const toSms = (record: RecordOf) =>
    planned(record, { ROUTES_FILE: file }).filter(
      (effect) => effect.would === 'send' && effect.to.startsWith('sms'),
    ).length
  assert.ok(issue.labels.length > 0)
  assert.deepEqual([issue, incident, recordOfFixture('issue_close')].map(toSms), [0, 1, 0])
})
