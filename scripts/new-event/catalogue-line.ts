import { UsageError } from '../../lib/errors.ts'

/** A line of the catalogue, as far as a new one can take after it. */
interface Line {
  index: number
  schema: string
  retention: string
  key: string
  /** The page its doc begins with. */
  page: string
  /** Where each column begins. */
  starts: number[]
}

const pattern = /^ {2}(\w+): +event\('(\w+)', +'(\w+)', +(\w+), +(\w+), +(\w+), +.*?(webhooks|systemHooks)/

/**
 * The catalogue's source with one more event: below the last event of the same schema, or, with a schema of its own, at the end of the
 * first block. Its facts are told by the delivery alone and its time is unknown until somebody says better: a split duplicates, a merge loses.
 */
export const withEvent = (source: string, event: string, schema: string): string => {
  const lines = source.split('\n')
  const known = lines.map(parse).filter((line) => line !== undefined)
  const above = known.findLast((line) => line.schema === schema) ?? lastOfFirstBlock(known)
  if (above === undefined)
    throw new UsageError('schemas/catalogue.ts has no lines of the form we know: add the event by hand.')
  const isOwn = above.schema !== schema
  const [retention, key, page] = isOwn
    ? ['activity', 'byProject', 'webhooks']
    : [above.retention, above.key, above.page]
  const cells = [
    `${event}:`,
    `event('${schema}',`,
    `'${retention}',`,
    `${key},`,
    'onlyDelivery,',
    'neverTold,',
    `${page}),`,
  ]
  return lines.toSpliced(above.index + 1, 0, aligned(cells, above.starts)).join('\n')
}

const parse = (text: string, index: number): Line | undefined => {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [, , schema = '', retention = '', key = '', , , page = ''] = match
  // The doc's column begins at its quote, or at the page's name.
  const starts = [...text.matchAll(/(?<= )\S+/g)].map((cell) => cell.index)
  return { index, schema, retention, key, page, starts }
}

const lastOfFirstBlock = (lines: readonly Line[]): Line | undefined =>
  lines.find(({ index }, i) => lines[i + 1]?.index !== index + 1)

/** Cells under those of the line above; one that is too long pushes the rest. */
const aligned = (cells: readonly string[], starts: readonly number[]): string =>
  cells.reduce((text, cell, i) => `${text === '' ? '' : `${text} `}`.padEnd(starts[i] ?? 0) + cell, '')
