import { UsageError } from '../../lib/errors.ts'

/** A table of all events outside of the catalogue. The compiler asks it for a line of every event. */
interface EventTable {
  file: string
  /** What the developer has to decide there. */
  decides: string
  /** The value of an event that shares its schema with others: that of the first one, or the default. */
  sharesValue: boolean
  defaultValue: string
}

export const eventTables: readonly EventTable[] = [
  {
    file: 'consumers/audit-log/export/ocsf/event-families.ts',
    decides: 'the class in exports of the audit log',
    sharesValue: true,
    defaultValue: 'base,',
  },
  {
    file: 'consumers/chat-notifier/message/tell.ts',
    decides: 'what chats are told',
    sharesValue: false,
    defaultValue: 'lifecycle.named,',
  },
]

/**
 * Adds one event to the source text of a table, before the unknown events.
 *
 * @param sibling an event with the same schema; undefined if there is none
 */
export const withLine = (
  source: string,
  { file, sharesValue, defaultValue }: EventTable,
  event: string,
  sibling: string | undefined,
): string => {
  const lines = source.split('\n')
  const end = lines.findIndex((line) => line.startsWith('  unknown: '))
  if (end === -1) throw new UsageError(`${file} has no line of the expected form. Add the event by hand.`)
  const start = `  ${sibling}: `
  const shared = sharesValue ? lines.find((line) => line.startsWith(start))?.slice(start.length) : undefined
  return lines.toSpliced(end, 0, `  ${event}: ${shared ?? defaultValue}`).join('\n')
}
