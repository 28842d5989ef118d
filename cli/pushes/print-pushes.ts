import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pushAuthorLogVariables, pushLogFolder } from '../../consumers/push-author-log/push-author-log.ts'
import type { PushLine } from '../../consumers/push-author-log/push-line.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'

export interface PushesOptions {
  project?: string
  user?: string
  since?: Date
  json?: true
}

/** Prints the lines that match, oldest first. */
export const printPushes = async (
  options: PushesOptions,
  env: Environment,
  print: (text: string) => void,
): Promise<void> => {
  const folder = pushLogFolder(readVariables(pushAuthorLogVariables, env))
  if (!existsSync(folder))
    throw new UsageError(`there is no push log in ${folder}: set PUSH_AUTHOR_LOG_DIR, or BRIDGE_DATA_DIR`)
  const firstDay = options.since?.toISOString().slice(0, 10) ?? ''
  const days = readdirSync(folder).filter((file) => file.endsWith('.ndjson') && file.slice(0, 10) >= firstDay)
  for (const day of days.sort()) {
    for await (const text of createInterface({ input: createReadStream(join(folder, day)) })) {
      const line = parse(text)
      if (line !== undefined && matches(line, options)) print(options.json ? text : toText(line))
    }
  }
}

/** The last line may still be half written; what is no push is not ours. */
const parse = (text: string): PushLine | undefined => {
  try {
    const line = JSON.parse(text) as Partial<PushLine> | null
    const isPush = [line?.pushed_at, line?.ref, line?.before, line?.after].every(
      (part) => typeof part === 'string',
    )
    return isPush ? (line as PushLine) : undefined
  } catch {
    return undefined
  }
}

const matches = (line: PushLine, { project, user, since }: PushesOptions): boolean =>
  (project === undefined || [String(line.project_id), line.project_path].includes(project)) &&
  (user === undefined || [String(line.user_id), line.user_username, line.user_name].includes(user)) &&
  (since === undefined || new Date(line.pushed_at) >= since)

const toText = ({
  pushed_at,
  user_username,
  user_name,
  user_id,
  project_path,
  project_id,
  ref,
  before,
  after,
  commits,
}: PushLine): string => {
  const who = user_username ?? user_name ?? `user ${user_id ?? '?'}`
  const size = commits === null ? '' : `, ${commits} commit${commits === 1 ? '' : 's'}`
  return `${pushed_at}  ${who}  ${project_path ?? `project ${project_id}`}  ${ref}  ${before.slice(0, 10)}..${after.slice(0, 10)}${size}`
}
