import { z } from 'zod'
import type { Reading } from '../../../lib/disk/watch-files.ts'
import { messageOf } from '../../../lib/errors.ts'
import { readRegularFile } from '../../../lib/read-regular-file.ts'
import { settingsFileOf } from '../../../lib/settings-file.ts'
import { connection, httpUrl } from '../../delivery/routes/destination.ts'
import type { ReviewerEntry } from './entry.ts'
import { username } from './username.ts'

/** One item may stand without a list. */
const listOf = <Item extends z.ZodType<string>>(item: Item) =>
  z.preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(item).min(1, 'is empty'))
const glob = z.string().min(1, 'is empty')

const entryShape = z
  .strictObject({ people: listOf(username), projects: listOf(glob), paths: listOf(glob).optional() })
  .transform(
    ({ people, projects, paths }): ReviewerEntry => ({
      people,
      projects,
      paths: paths === undefined ? { kind: 'all' } : { kind: 'globs', globs: paths },
    }),
  )

const wikiShape = z.strictObject({ url: httpUrl, page: z.string().min(1, 'is empty'), ...connection })

const fileShape = z
  .strictObject({ mentions: z.array(entryShape).default([]), wiki: wikiShape.optional() })
  .refine(
    ({ mentions, wiki }) => mentions.length > 0 || wiki !== undefined,
    'names nobody: give mentions or wiki',
  )

/** Where a page of MediaWiki is. `ca`: certificate authorities in PEM. */
export type WikiSettings = z.output<typeof wikiShape> & { ca?: string }

/** The list of reviewers, as its file has it. */
export interface Reviewers {
  entries: readonly ReviewerEntry[]
  /** A page with further entries. */
  wiki: WikiSettings | undefined
}

const file = settingsFileOf('REVIEWER_MENTIONS_FILE')

/**
 * Reads the list of reviewers, without the page that it may name.
 *
 * @returns the list, and every file that was read
 * @throws ConfigError naming REVIEWER_MENTIONS_FILE and the field
 */
export const readReviewers = (path: string): Reading<Reviewers> => {
  const { mentions: entries, wiki } = file.read(path, fileShape)
  if (wiki?.ca_file === undefined) return { value: { entries, wiki }, files: [path] }
  return { value: { entries, wiki: { ...wiki, ca: readCa(wiki.ca_file) } }, files: [path, wiki.ca_file] }
}

const readCa = (caFile: string): string => {
  try {
    return readRegularFile(caFile).toString()
  } catch (error) {
    throw file.fault(`wiki.ca_file: ${caFile} cannot be read: ${messageOf(error).split('\n')[0]}`)
  }
}
