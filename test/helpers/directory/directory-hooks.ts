import { makeRecord } from '../../../cli/preview/make-record.ts'
import type { PlacedRecord } from '../../../consumers/project-directory/apply/write-batch.ts'
import type { DirectoryRecord } from '../../../consumers/project-directory/observe/directory-events.ts'
import { createNames } from '../../../schemas/topics.ts'

const topicId = '00000000-0000-4000-8000-000000000001'
let received = 0

/** A system hook as the worker receives it. @param offset its place in the topic of its event */
export const placedHook = async (
  body: Readonly<Record<string, unknown>>,
  offset: number,
  source = 'default',
): Promise<PlacedRecord> => {
  const headers: [string, string][] = [
    ['X-Gitlab-Event', 'System Hook'],
    ['X-Gitlab-Instance', 'https://git.example'],
    ['Idempotency-Key', `hook-${offset}-${received}`],
  ]
  const payload = { body: Buffer.from(JSON.stringify(body)), headers }
  const { record, topic } = await makeRecord(payload as never, undefined, createNames(''))
  record.delivery.source = source
  record.delivery.received_at += received++
  return {
    record: record as DirectoryRecord,
    origin: { topicId, topic, partition: 0, offset },
  }
}

/** A time that many seconds after the beginning of 2026, as GitLab writes it. */
export const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 0, 1) + 1000 * seconds).toISOString().replace('.000Z', 'Z')

export const projectHook = (event: string, id: number, path: string, seconds: number, oldPath?: string) => ({
  event_name: event,
  created_at: at(seconds),
  updated_at: at(seconds),
  name: path.split('/').at(-1),
  path: path.split('/').at(-1),
  path_with_namespace: path,
  project_id: id,
  project_visibility: 'private',
  ...(oldPath !== undefined && { old_path_with_namespace: oldPath }),
})

export const groupHook = (event: string, id: number, path: string, seconds: number, oldPath?: string) => ({
  event_name: event,
  created_at: at(seconds),
  updated_at: at(seconds),
  name: path.split('/').at(-1),
  path: path.split('/').at(-1),
  full_path: path,
  group_id: id,
  ...(oldPath !== undefined && { old_path: oldPath.split('/').at(-1), old_full_path: oldPath }),
})

/** @param changes each: name of the ref, commit before, commit after; empty for none */
export const updateHook = (
  projectId: number,
  path: string,
  changes: readonly [string, string, string][],
) => ({
  event_name: 'repository_update',
  user_id: 4,
  user_name: 'Ingrid Solheim',
  user_email: '',
  user_avatar: null,
  project_id: projectId,
  project: {
    id: projectId,
    name: 'x',
    path_with_namespace: path,
    default_branch: 'main',
    visibility_level: 0,
  },
  changes: changes.map(([ref, before, after]) => ({ ref, before: sha(before), after: sha(after) })),
  refs: changes.map(([ref]) => ref),
})

const sha = (text: string): string => (text === '' ? '0'.repeat(40) : text.padEnd(40, 'a'))

export const memberHook = (
  event: string,
  projectId: number,
  path: string,
  level: string,
  seconds: number,
) => ({
  event_name: event,
  created_at: at(0),
  updated_at: at(seconds),
  access_level: level,
  project_id: projectId,
  project_name: 'x',
  project_path: path.split('/').at(-1),
  project_path_with_namespace: path,
  project_visibility: 'private',
  user_id: 4,
  user_name: 'Ingrid Solheim',
  user_username: 'isolheim',
  user_email: '',
})
