import { existsSync, readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pushAuthorLogVariables, pushLogFolder } from '../../consumers/push-author-log/push-author-log.ts'
import type { PushLine } from '../../consumers/push-author-log/push-line.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { readLines } from '../../lib/disk/read-lines.ts'
import { UsageError } from '../../lib/errors.ts'
import { isInvented } from '../../lib/invented-sources.ts'

export interface PushesOptions {
  /** Id or path of a project. */
  project?: string
  /** Id, user name or name of a user. */
  user?: string
  since?: Date
  /** Print also what `bridge send` and `bridge simulate` have invented. */
  includeInvented?: true
  json?: true
}

/**
 * Prints the pushes that match all options, oldest first.
 *
 * @param report called with a sentence for each file that has lines that cannot be read
 * @throws UsageError if there is no push log, or if a filter is empty
 */
export const printPushes = async (
  options: PushesOptions,
  env: Environment,
  print: (text: string) => void,
  report: (text: string) => void,
): Promise<void> => {
  refuseEmptyFilters(options)
  const folder = pushLogFolder(readVariables(pushAuthorLogVariables, env))
  if (!existsSync(folder))
    throw new UsageError(
      `There is no push log in ${folder}. ` +
        'Set PUSH_AUTHOR_LOG_DIR or BRIDGE_DATA_DIR to the value that the worker push-author-log has.',
    )
  for (const file of dailyFiles(folder, options.since)) {
    const { pushes, unreadable } = await readDay(join(folder, file), options)
    for (const { text } of pushes) print(text)
    if (unreadable.length > 0)
      report(
        `${file}: ${unreadable.length} line${unreadable.length === 1 ? '' : 's'} cannot be read as a push, ` +
          `the first is line ${unreadable[0]}.`,
      )
  }
}

// An empty filter is usually a shell variable that was not set.
const refuseEmptyFilters = ({ project, user }: PushesOptions) => {
  for (const [name, value] of Object.entries({ project, user }))
    if (value?.trim() === '') throw new UsageError(`--${name} is empty. Give it a value, or leave it out.`)
}

/**
 * Reads the pushes of one day that match, oldest first: the partitions of the topic are written side by side.
 *
 * @returns also the numbers of the lines that are not pushes. A last line without a line feed is not among
 *   them, because the worker may be writing it
 */
const readDay = async (path: string, options: PushesOptions) => {
  const pushes: { at: number; text: string }[] = []
  const unreadable: number[] = []
  let number = 0
  const file = await open(path)
  try {
    await readLines(file, (text) => {
      number += 1
      const line = parseLine(text)
      if (line === undefined) unreadable.push(number)
      else if (matches(line, options))
        pushes.push({ at: Date.parse(line.pushed_at), text: options.json ? text : pushText(line) })
    })
  } finally {
    await file.close()
  }
  return { pushes: pushes.sort((one, other) => one.at - other.at), unreadable }
}

const dailyFiles = (folder: string, since: Date | undefined): string[] => {
  const firstDay = since?.toISOString().slice(0, 10) ?? ''
  const days = readdirSync(folder).filter((file) => file.endsWith('.ndjson') && file.slice(0, 10) >= firstDay)
  return days.sort()
}

/** Undefined for a line that is not a push. */
const parseLine = (text: string): PushLine | undefined => {
  try {
    const line = JSON.parse(text) as Partial<PushLine> | null
    const required = [line?.pushed_at, line?.ref, line?.before, line?.after]
    const isPush = required.every((field) => typeof field === 'string')
    return isPush && !Number.isNaN(Date.parse(String(line?.pushed_at))) ? (line as PushLine) : undefined
  } catch {
    return undefined
  }
}

const matches = (line: PushLine, { project, user, since, includeInvented }: PushesOptions): boolean =>
  (includeInvented === true || !isInvented(line.source)) &&
  (project === undefined || [String(line.project_id), line.project_path].includes(project)) &&
  (user === undefined || [String(line.user_id), line.user_username, line.user_name].includes(user)) &&
  (since === undefined || new Date(line.pushed_at) >= since)

const pushText = (line: PushLine): string => {
  const { pushed_at, user_username, user_name, user_id, project_path, project_id, ref, commits } = line
  const who = user_username ?? user_name ?? `user ${user_id ?? '?'}`
  const project = project_path ?? `project ${project_id}`
  const change = `${line.before.slice(0, 10)}..${line.after.slice(0, 10)}`
  const size = commits === null ? '' : `, ${commits} commit${commits === 1 ? '' : 's'}`
  const mark = isInvented(line.source) ? `, invented (${line.source})` : ''
  return `${pushed_at}  ${who}  ${project}  ${ref}  ${change}${size}${mark}`
}
