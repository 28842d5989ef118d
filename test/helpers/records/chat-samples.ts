import type { ChatDestination, ChatType } from '../../../consumers/chat-notifier/budgets.ts'
import { destinationShape } from '../../../consumers/delivery/routes/destination.ts'
import { classify } from '../../../ingress/record/classify.ts'
import { normalise } from '../../../ingress/record/normalise.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { hookOf } from './deliver.ts'
import { fixture, type Sample } from './samples.ts'

/** A payload as a worker reads it. */
export const recordOf = ({ body, headers }: Pick<Sample, 'body' | 'headers'>): RecordOf => {
  const hook = hookOf(body, headers)
  const { event, record } = normalise(hook, classify(hook))
  return { ...record, eventType: event } as RecordOf
}

export const recordOfFixture = (name: string): RecordOf => recordOf(fixture(name))

const settingsOf: Readonly<Record<ChatType, object>> = {
  slack: {},
  mattermost: {},
  teams: {},
  matrix: { token: 'a-token', room: '!room:example.com' },
  discord: {},
  json: {},
}

/** A destination of a type, as the routes file gives it. */
export const destinationOf = <Type extends ChatType>(type: Type): ChatDestination => {
  const url = 'https://chat.example.com/hooks/a-long-secret-name'
  const settings = destinationShape.parse({ type, url, ...settingsOf[type] })
  return { ...settings, name: type, url, allHeaders: {} } as ChatDestination
}
