import { existsSync } from 'node:fs'
import type { PushLine } from '../../consumers/push-author-log/push-line.ts'
import { type PushQuery, readPushes } from '../../consumers/push-author-log/read-pushes.ts'
import { pushAuthorLogVariables, pushLogFolder } from '../../consumers/push-author-log/settings.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { isInvented } from '../../lib/invented-sources.ts'

export interface PushesOptions extends Omit<PushQuery, 'show'> {
  /** What is printed; every push by default. At most one of these. */
  last?: true
  heads?: true
  deletions?: true
  /** The folders of the log. Default: the folder that the worker of this environment uses. */
  folder?: string[]
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
  const { folder: folders, json, last, heads, deletions, ...filters } = options
  const show = last ? 'last' : heads ? 'heads' : deletions ? 'deletions' : 'pushes'
  const lines = await readPushes(existingFolders(folders, env), { ...filters, show }, report)
  for (const line of lines) print(json ? JSON.stringify(line) : pushText(line))
}

// An empty filter is usually a shell variable that was not set.
const refuseEmptyFilters = ({ project, ref, user }: PushesOptions) => {
  for (const [name, value] of Object.entries({ project, ref, user }))
    if (value?.trim() === '') throw new UsageError(`--${name} is empty. Give it a value, or leave it out.`)
}

const existingFolders = (given: readonly string[] | undefined, env: Environment): readonly string[] => {
  const missing = given?.find((folder) => !existsSync(folder))
  if (missing !== undefined) throw new UsageError(`--folder: there is no folder ${missing}.`)
  if (given !== undefined) return given
  const folder = pushLogFolder(readVariables(pushAuthorLogVariables, env))
  if (existsSync(folder)) return [folder]
  throw new UsageError(
    `There is no push log in ${folder}. ` +
      'Set PUSH_AUTHOR_LOG_DIR or BRIDGE_DATA_DIR to the value that the worker push-author-log has.',
  )
}

const pushText = (line: PushLine): string => {
  const { pushed_at, user_username, user_name, user_id, project_path, project_id, ref, commits } = line
  const who = user_username ?? user_name ?? `user ${user_id ?? '?'}`
  const project = project_path ?? `project ${project_id}`
  const change = `${line.before.slice(0, 10)}..${line.after.slice(0, 10)}`
  const size = commits === null ? '' : `, ${commits} commit${commits === 1 ? '' : 's'}`
  const remark = line.suspected_test ? ', probably a test of the hook' : ''
  const mark = isInvented(line.source) ? `, invented (${line.source})` : ''
  return `${pushed_at}  ${who}  ${project}  ${ref}  ${change}${size}${remark}${mark}`
}
