import { isInvented } from '../../lib/invented-sources.ts'
import { headOf, isDeletion } from './model/head.ts'
import { type Push, reconcileRef } from './model/reconcile.ts'
import { refKeyOf } from './model/reports.ts'
import type { PushLine } from './push-line.ts'
import { filterFor, type LineFilter } from './read/line-filter.ts'
import { findProjectScope } from './read/project-scope.ts'
import { accountOf, isOfRef, namesUser, type PushQuery } from './read/push-query.ts'
import { createLogReader, type LogReader } from './read/read-log.ts'

export type { PushQuery } from './read/push-query.ts'

const dayMs = 24 * 60 * 60 * 1000

/**
 * Answers a question about the push log from its files alone. Several hooks that report one push are one
 * answer, also where different folders hold their lines.
 *
 * @param report called with a sentence for each file that has lines that cannot be read, and for each project
 *   whose pushes are left out
 * @returns the lines of the pushes, oldest first
 */
export const readPushes = async (
  folders: readonly string[],
  query: PushQuery,
  report: (sentence: string) => void,
): Promise<PushLine[]> => {
  const log = createLogReader(folders, report)
  const { filter, firstDay, takes, means, leftOut } = await scopeOf(log, query)
  const accounts = new Set<string>()
  const isOfUser = (line: PushLine) =>
    query.user === undefined || namesUser(line, query.user) || accounts.has(accountOf(line))

  const refs = new Map<string, PushLine[]>()
  await log.read(filter, firstDay, (line) => {
    if (query.user !== undefined && line.user_id !== null && namesUser(line, query.user))
      accounts.add(accountOf(line))
    if (query.includeInvented !== true && isInvented(line.source)) return
    if (!takes(line) || !isOfRef(line, query.ref)) return
    const key = refKeyOf(line)
    const known = refs.get(key)
    if (known === undefined) refs.set(key, [line])
    else known.push(line)
  })

  const since = query.since?.getTime() ?? Number.NEGATIVE_INFINITY
  for (const sentence of leftOut()) report(sentence)
  const meant = [...refs.values()].filter(([line]) => line !== undefined && means(line))
  return shownPushes(meant.map(reconcileRef), query)
    .map(({ line }) => ({ line, at: Date.parse(line.pushed_at) }))
    .filter(({ line, at }) => at >= since && isOfUser(line))
    .sort((one, other) => one.at - other.at)
    .map(({ line }) => line)
}

/**
 * The hooks of one push can arrive on two days, so a list of pushes begins a day early. Heads and deletions
 * need the whole history: a ref can be older than the time that is asked for.
 */
const firstDayOf = ({ since, show }: PushQuery): string => {
  if (since === undefined || show !== 'pushes') return ''
  return new Date(Math.max(since.getTime() - dayMs, 0)).toISOString().slice(0, 10)
}

/** Which lines are read, and which of them the question is about. */
const scopeOf = async (log: LogReader, query: PushQuery) => {
  const firstDay = firstDayOf(query)
  if (query.project !== undefined) {
    const found = await findProjectScope(log, query.project, firstDay)
    return { ...found.scope, firstDay: found.firstDay }
  }
  const everything = { takes: () => true, means: () => true, leftOut: () => [] }
  return { ...everything, firstDay, filter: await filterOf(log, query.user, firstDay) }
}

/**
 * The lines of a user are not enough: whether a change occurred once or twice depends on what others pushed
 * in between. So all lines of the projects to which the user pushed are read.
 */
const filterOf = async (
  log: LogReader,
  user: string | undefined,
  firstDay: string,
): Promise<LineFilter | undefined> => {
  if (user === undefined) return undefined
  const filter = filterFor('user', [user])
  if (filter === undefined) return undefined
  const accounts = new Set<string>()
  const projects = new Set<string>()
  const notice = (line: PushLine) => void projects.add(String(line.project_id))
  await log.read(filter, firstDay, (line) => {
    if (!namesUser(line, user)) return
    notice(line)
    if (line.user_id !== null) accounts.add(String(line.user_id))
  })
  accounts.delete(user)
  if (accounts.size > 0) await log.read(filterFor('user', [...accounts]), firstDay, notice)
  return filterFor('project', [...projects])
}

const shownPushes = (refs: readonly Push[][], { show, ref }: PushQuery): Push[] => {
  if (show === 'pushes') return refs.flat()
  if (show === 'deletions') return refs.flat().filter((push) => isDeletion(push) && !push.line.suspected_test)
  const heads = refs.map(headOf).filter((push) => push !== undefined)
  if (show === 'heads') return heads
  // Whoever deleted some branch of a project does not have its newest version.
  return newestOfEachProject(ref === undefined ? heads.filter((push) => !isDeletion(push)) : heads)
}

const newestOfEachProject = (heads: readonly Push[]): Push[] => {
  const newest = new Map<string, Push>()
  for (const head of heads) {
    const project = `${head.line.instance} ${head.line.project_id}`
    if (head.at >= (newest.get(project)?.at ?? 0)) newest.set(project, head)
  }
  return [...newest.values()]
}
