import type { RecordOf } from '../../../schemas/catalogue.ts'
import { projectPathOf } from '../../../schemas/project-path.ts'
import { facetsOf } from '../../delivery/routes/facets.ts'
import type { Route } from '../../delivery/routes/route.ts'
import { isTest } from '../../event-text/is-test.ts'
import { visibleText } from '../../event-text/visible-text.ts'
import { bold, line, link } from '../text/piece.ts'
import { messageContext, renderTemplate } from '../text/template.ts'
import type { ChatMessage } from './chat-message.ts'
import { mentionedUsers } from './mentioned-users.ts'
import { tell } from './tell.ts'

/**
 * The message about an event.
 *
 * @param state of a pipeline: `fixed` where the last one of its branch had failed
 */
export const compose = (
  record: RecordOf,
  route: Pick<Route, 'mention' | 'template'>,
  state?: string,
): ChatMessage => {
  const told = tell(record, state)
  const mark = isTest(record) ? line`${bold('[test]')} ` : []
  const message: ChatMessage = {
    event: record.eventType,
    tone: told.tone ?? 'neutral',
    headline: [...mark, ...told.headline],
    details: (told.details ?? []).filter((each) => each.length > 0),
    link: link('', told.link).url ?? '',
    project: visibleText(projectPathOf(record) ?? ''),
    mentions: mentionedUsers(record, route.mention),
    events: 1,
    receivedAt: record.delivery.received_at,
  }
  if (route.template === undefined) return message
  const { raw: _, ...fields } = record
  const facets = facetsOf(record)
  const context = { ...messageContext(message), ...facets, status: state ?? facets.status, record: fields }
  return { ...message, custom: renderTemplate(route.template, context) }
}
