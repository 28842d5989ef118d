import { generateAsyncApi } from './asyncapi.ts'
import { generateChatCards, generateChatPage } from './chat-page.ts'
import { generateConsumePage } from './consume-page.ts'
import { generateDashboardsPage } from './dashboards-page.ts'
import { describeEvents } from './describe.ts'
import { generateEventsPage } from './events-page.ts'
import { generateMetricsPage } from './metrics-page.ts'

/** Every generated document: its path under docs/, and its content. */
export const generateDocs = (): Map<string, string> => {
  const events = describeEvents()
  return new Map([
    ['asyncapi.json', generateAsyncApi(events)],
    ['events.md', generateEventsPage(events)],
    ['consume.md', generateConsumePage()],
    ['metrics.md', generateMetricsPage()],
    ['dashboards.md', generateDashboardsPage()],
    ['chat-messages.md', generateChatPage()],
    ['images/chat-cards.svg', generateChatCards()],
  ])
}
