import { watchFiles } from '../../../lib/disk/watch-files.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { FindReviewers } from '../mention.ts'
import { peopleFor } from './match-entries.ts'
import { type Reviewers, readReviewers } from './read-reviewers.ts'
import { openWikiPage, type WikiPage } from './wiki-page.ts'

/** The list of reviewers: its file, and the wiki page that the file may name. */
export interface ReviewerList {
  find: FindReviewers
  close(): Promise<void>
}

/** Opens the list. Its file is read again when it changes. @throws ConfigError */
export const openReviewerList = (path: string, logger: Logger): ReviewerList => {
  let wiki: WikiPage | undefined
  const replaceWiki = ({ wiki: settings }: Reviewers) => {
    void wiki?.close().catch(() => undefined)
    wiki = settings && openWikiPage(settings, logger)
  }
  const watched = watchFiles({
    name: 'list of reviewers',
    read: () => readReviewers(path),
    onRead: replaceWiki,
    logger,
  })
  return {
    find: async (project, paths) => {
      const { entries } = watched.current()
      const { people, slow } = peopleFor([...entries, ...((await wiki?.entries()) ?? [])], project, paths)
      if (slow.length > 0)
        logger.warn('a regular expression of the wiki page takes too long, its entry is left out', { slow })
      return people
    },
    close: async () => {
      watched.close()
      await wiki?.close()
    },
  }
}
