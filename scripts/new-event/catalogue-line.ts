import { UsageError } from '../../lib/errors.ts'

/** The parts of a line of the catalogue that a new line can repeat. */
interface Line {
  index: number
  schema: string
  retention: string
  key: string
  /** The column at which each cell begins. */
  starts: number[]
}

const pattern = /^ {2}(\w+): +(\w+)\('(\w+)', +(\w+), +(\w+), +(\w+)\),$/

/**
 * Adds one event to the source text of the catalogue. The new line follows the last event of the same schema.
 * An event with a schema of its own follows the last event before the first empty line. The new event starts
 * without a rule for its fact and its time: a rule that is too coarse would merge two facts and lose one.
 */
export const withEvent = (source: string, event: string, schema: string): string => {
  const lines = source.split('\n')
  const known = lines.map(parse).filter((line) => line !== undefined)
  const above = known.findLast((line) => line.schema === schema) ?? lastBeforeEmptyLine(known, lines)
  if (above === undefined)
    throw new UsageError('schemas/catalogue.ts has no line of the expected form. Add the event by hand.')
  const [retention, key] = above.schema === schema ? [above.retention, above.key] : ['activity', 'byProject']
  const cells = [`${event}:`, `${retention}('${schema}',`, `${key},`, 'onlyDelivery,', 'noTime),']
  return lines.toSpliced(above.index + 1, 0, aligned(cells, above.starts)).join('\n')
}

const parse = (text: string, index: number): Line | undefined => {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [, , retention = '', schema = '', key = ''] = match
  const starts = [...text.matchAll(/(?<= )\S+/g)].map((cell) => cell.index)
  return { index, schema, retention, key, starts }
}

const lastBeforeEmptyLine = (known: readonly Line[], lines: readonly string[]): Line | undefined => {
  const end = lines.indexOf('', known[0]?.index)
  return known.findLast(({ index }) => index < end)
}

/**
 * Puts each cell under the cell of the line above. A cell that is too long moves the following ones to the
 * right.
 */
const aligned = (cells: readonly string[], starts: readonly number[]): string =>
  cells.reduce((text, cell, i) => `${text === '' ? '' : `${text} `}`.padEnd(starts[i] ?? 0) + cell, '')
