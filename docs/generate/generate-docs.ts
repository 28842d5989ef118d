import { generateAsyncApi } from './asyncapi.ts'
import { generateConsumePage } from './consume-page.ts'
import { describeEvents } from './describe.ts'
import { generateEventsPage } from './events-page.ts'

/** Every generated document: its path under docs/, and its content. */
export const generateDocs = (): Map<string, string> => {
  const events = describeEvents()
  return new Map([
    ['asyncapi.json', generateAsyncApi(events)],
    ['events.md', generateEventsPage(events)],
    ['consume.md', generateConsumePage()],
  ])
}
