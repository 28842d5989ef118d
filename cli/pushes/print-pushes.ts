import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pushAuthorLogVariables, pushLogFolder } from '../../consumers/push-author-log/push-author-log.ts'
import type { PushLine } from '../../consumers/push-author-log/push-line.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'

export interface PushesOptions {
  /** Id or path of a project. */
  project?: string
  /** Id, user name or name of a user. */
  user?: string
  since?: Date
  json?: true
}

/** Prints the pushes that match all options, oldest first. @throws UsageError if there is no push log */
export const printPushes = async (
  options: PushesOptions,
  env: Environment,
  print: (text: string) => void,
): Promise<void> => {
  const folder = pushLogFolder(readVariables(pushAuthorLogVariables, env))
  if (!existsSync(folder))
    throw new UsageError(
      `There is no push log in ${folder}. ` +
        'Set PUSH_AUTHOR_LOG_DIR or BRIDGE_DATA_DIR to the value that the worker push-author-log has.',
    )
  for (const file of dailyFiles(folder, options.since)) {
    for await (const text of createInterface({ input: createReadStream(join(folder, file)) })) {
      const line = parseLine(text)
      if (line !== undefined && matches(line, options)) print(options.json ? text : pushText(line))
    }
  }
}

const dailyFiles = (folder: string, since: Date | undefined): string[] => {
  const firstDay = since?.toISOString().slice(0, 10) ?? ''
  const days = readdirSync(folder).filter((file) => file.endsWith('.ndjson') && file.slice(0, 10) >= firstDay)
  return days.sort()
}

/** Undefined for the last line while the worker is still writing it, and for lines that are not pushes. */
const parseLine = (text: string): PushLine | undefined => {
  try {
    const line = JSON.parse(text) as Partial<PushLine> | null
    const required = [line?.pushed_at, line?.ref, line?.before, line?.after]
    return required.every((field) => typeof field === 'string') ? (line as PushLine) : undefined
  } catch {
    return undefined
  }
}

const matches = (line: PushLine, { project, user, since }: PushesOptions): boolean =>
  (project === undefined || [String(line.project_id), line.project_path].includes(project)) &&
  (user === undefined || [String(line.user_id), line.user_username, line.user_name].includes(user)) &&
  (since === undefined || new Date(line.pushed_at) >= since)

const pushText = (line: PushLine): string => {
  const { pushed_at, user_username, user_name, user_id, project_path, project_id, ref, commits } = line
  const who = user_username ?? user_name ?? `user ${user_id ?? '?'}`
  const project = project_path ?? `project ${project_id}`
  const change = `${line.before.slice(0, 10)}..${line.after.slice(0, 10)}`
  const size = commits === null ? '' : `, ${commits} commit${commits === 1 ? '' : 's'}`
  return `${pushed_at}  ${who}  ${project}  ${ref}  ${change}${size}`
}
