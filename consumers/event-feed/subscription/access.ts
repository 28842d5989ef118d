import type { TokenAccess } from '../../../lib/bearer-tokens.ts'
import { pathGlobPattern } from '../../../lib/path-glob.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { FeedFacets } from '../log/item.ts'
import { isConfidential } from './events.ts'

/** What a client may see. */
export interface FeedAccess {
  /** Whether the topic of an event is read for the client. */
  reads(event: EventType): boolean
  /** Whether the client may see an event of these topics. `undefined`: a record that cannot be read. */
  sees(facets: FeedFacets | undefined): boolean
}

/** Without tokens, everybody on this machine sees everything but confidential events. */
export const openAccess: FeedAccess = { reads: (event) => !isConfidential(event), sees: () => true }

const knownProjects = 10_000

/**
 * What a token may see. A visibility that is not told counts as private. An event without a project, and a
 * confidential one, is seen only if the token names the event.
 */
export const accessOfToken = ({ projects, visibility, events }: TokenAccess): FeedAccess => {
  const patterns = projects.map((glob) => new RegExp(pathGlobPattern(glob)))
  const known = new Map<string, boolean>()
  const namesProject = (path: string): boolean => {
    const found = known.get(path)
    if (found !== undefined) return found
    if (known.size >= knownProjects) known.clear()
    const isNamed = patterns.some((pattern) => pattern.test(path.toLowerCase()))
    known.set(path, isNamed)
    return isNamed
  }
  return {
    reads: (event) => !isConfidential(event) || events.includes(event),
    sees: (facets) => {
      // It says only where in the log the record lies, and without it the record would be missing in silence.
      if (facets === undefined) return true
      const { event, project, hasProject } = facets
      if (!hasProject) return events.includes(event)
      const seen = visibility.some((each) => each === (facets.visibility ?? 'private'))
      return seen && project !== null && namesProject(project)
    },
  }
}
