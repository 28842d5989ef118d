import { z } from 'zod'
import type { Reading } from '../../../lib/disk/watch-files.ts'
import { settingsFileOf } from '../../../lib/settings-file.ts'
import type { ReviewerEntry } from './entry.ts'
import { username } from './username.ts'

const listOf = <Item extends z.ZodType<string>>(item: Item) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1, 'is empty')])
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

const fileShape = z.strictObject({ mentions: z.array(entryShape) })

/** The list of reviewers, as its file has it. */
export interface Reviewers {
  entries: readonly ReviewerEntry[]
}

/**
 * Reads the list of reviewers.
 *
 * @returns the list, and every file that was read
 * @throws ConfigError naming REVIEWER_MENTIONS_FILE and the field
 */
export const readReviewers = (path: string): Reading<Reviewers> => {
  const { mentions } = settingsFileOf('REVIEWER_MENTIONS_FILE').read(path, fileShape)
  return { value: { entries: mentions }, files: [path] }
}
