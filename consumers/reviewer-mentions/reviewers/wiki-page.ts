import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { outboundOf } from '../../delivery/send/outbounds.ts'
import type { ReviewerEntry } from './entry.ts'
import { parseWikiPage } from './parse-wiki-page.ts'
import type { WikiSettings } from './read-reviewers.ts'
import { readWikiPage } from './read-wiki-page.ts'

/** A page of a wiki as it was last read. */
export interface WikiPage {
  /** @throws RetriableError while the page was never read */
  entries(): Promise<readonly ReviewerEntry[]>
  close(): Promise<void>
}

/** How long a page is used before it is read again; and after a failure, while the old one stays in use. */
const freshMs = 5 * 60_000
const afterFailureMs = 60_000

/** @param now a clock, in milliseconds */
export const openWikiPage = (
  settings: WikiSettings,
  logger: Logger,
  now: () => number = () => performance.now(),
): WikiPage => {
  const outbound = outboundOf(settings)
  let known: { wikitext: string; entries: readonly ReviewerEntry[] } | undefined
  let [readAgainAt, problem] = [0, '']
  const use = (wikitext: string) => {
    if (problem !== '') logger.info('the wiki page can be read again', { page: settings.page })
    problem = ''
    if (wikitext === known?.wikitext) return
    const { entries, problems } = parseWikiPage(wikitext)
    known = { wikitext, entries }
    logger.info('the wiki page was read', { page: settings.page, entries: entries.length })
    if (problems.length > 0)
      logger.warn('entries of the wiki page cannot be used', {
        page: settings.page,
        problems: problems.slice(0, 20),
      })
  }
  const report = (error: unknown) => {
    const message = messageOf(error)
    if (message !== problem)
      logger.warn('the wiki page cannot be read, the old one stays in use', {
        page: settings.page,
        error: message,
      })
    problem = message
  }
  return {
    entries: async () => {
      if (known !== undefined && now() < readAgainAt) return known.entries
      try {
        use(await readWikiPage(settings, outbound, AbortSignal.timeout(settings.timeout_seconds * 1000)))
        readAgainAt = now() + freshMs
      } catch (error) {
        if (known === undefined) throw error
        report(error)
        readAgainAt = now() + afterFailureMs
      }
      return known?.entries ?? []
    },
    close: () => outbound.close(),
  }
}
