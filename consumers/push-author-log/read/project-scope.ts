import { isInvented } from '../../../lib/invented-sources.ts'
import type { PushLine } from '../push-line.ts'
import { filterFor, type LineFilter } from './line-filter.ts'
import type { LogReader } from './read-log.ts'

/** Which projects a question is about. */
export interface ProjectScope {
  filter: LineFilter | undefined
  /** Whether the line is of one of the projects. Remembers which path the project had then. */
  takes(line: PushLine): boolean
  /**
   * Whether the project of a line that was taken is meant. A path can have belonged to several projects, one
   * after the other: those that have another path now are left out, if one of them still has it.
   *
   * It is asked when all lines were taken.
   */
  means(line: PushLine): boolean
  /** A sentence for each project that is left out. */
  leftOut(): string[]
}

/** A scope, and from which day on it has to be read to be right. */
interface FoundScope {
  scope: ProjectScope
  /** The given day, or the first one of all where the present path of several projects must be known. */
  firstDay: string
}

/**
 * A project keeps its id when it is renamed or moved, so a path means all pushes of the projects that were
 * ever pushed to under this path.
 *
 * @param project an id or a path
 */
export const findProjectScope = async (
  log: LogReader,
  project: string,
  firstDay: string,
): Promise<FoundScope> => {
  if (/^\d+$/.test(project)) {
    const takes = ({ project_id }: PushLine) => String(project_id) === project
    const scope = { filter: filterFor('project', [project]), takes, means: () => true, leftOut: () => [] }
    return { scope, firstDay }
  }
  const ids = new Map<string, number>()
  await log.read(filterFor('project', [project]), '', (line) => {
    if (line.project_path === project) ids.set(projectKeyOf(line), line.project_id)
  })
  return { scope: scopeOfPath(project, ids), firstDay: ids.size > 1 ? '' : firstDay }
}

const scopeOfPath = (path: string, ids: ReadonlyMap<string, number>): ProjectScope => {
  const newest = new Map<string, PushLine>()
  const hasMoved = (line: PushLine) => newest.get(projectKeyOf(line))?.project_path !== path
  const former = () => {
    const moved = [...newest.values()].filter(hasMoved)
    return moved.length < newest.size ? moved : []
  }
  return {
    // Without an id nothing is found, and the filter of the path reads less than no filter.
    filter: filterFor('project', ids.size === 0 ? [path] : [...new Set(ids.values())].map(String)),
    takes: (line) => {
      const key = projectKeyOf(line)
      if (!ids.has(key)) return false
      if (line.project_path !== null && line.pushed_at >= (newest.get(key)?.pushed_at ?? ''))
        newest.set(key, line)
      return true
    },
    means: (line) => former().length === 0 || !hasMoved(line),
    leftOut: () =>
      former().map(
        ({ project_id, project_path }) =>
          `${path} was the path of project ${project_id} before, which is ${project_path} now. ` +
          `Its pushes are left out: --project ${project_id} prints them.`,
      ),
  }
}

/** Ids are unique within a GitLab instance. An invented project is never a real one. */
const projectKeyOf = ({ source, instance, project_id }: PushLine): string =>
  `${isInvented(source) ? source : ''} ${instance} ${project_id}`
