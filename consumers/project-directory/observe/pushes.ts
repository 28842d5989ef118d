import { cleanText } from '../../../lib/clean-text.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { projectPathOf } from '../../../schemas/project-path.ts'
import type { Observation } from './observation.ts'
import { seenFact } from './path-facts.ts'

type PushRecord = RecordOf<'push' | 'tag_push' | 'repository_update'>

/** The refs that a hook says were moved, and the project and the user that it names. */
export const observePush = (record: PushRecord, realm: number): Observation[] => {
  const { project_id: projectId, user_id: userId } = record
  if (isTest(record)) return []
  return [
    seenProject(record, realm),
    ...seenUser(record, realm),
    ...movesOf(record, realm, projectId, userId),
  ]
}

/**
 * The button *Test* of GitLab sends the newest commits, and names the oldest of them as `before`. A real push
 * never lists that commit, because the ref was at it already.
 */
const isTest = (record: PushRecord): boolean =>
  record.eventType !== 'repository_update' &&
  (record.before === record.after || record.commits.some(({ id }) => id === record.before))

const seenProject = (record: PushRecord, realm: number): Observation => {
  const { project } = record
  const fact = seenFact(record.delivery.received_at, {
    path: projectPathOf(record),
    name: project?.name ?? null,
    visibility: project?.visibility ?? null,
    defaultBranch: project?.default_branch ?? null,
    webUrl: project?.web_url ?? null,
  })
  return { about: 'path', holder: { realm, kind: 'project', id: record.project_id }, fact }
}

/** `repository_update` tells the name of the user, but not the username. */
const seenUser = (record: PushRecord, realm: number): Observation[] => {
  if (record.user_id === null) return []
  const path = record.eventType === 'repository_update' ? null : record.user_username
  const fact = seenFact(record.delivery.received_at, { path, name: record.user_name })
  return [{ about: 'path', holder: { realm, kind: 'user', id: record.user_id }, fact }]
}

const movesOf = (
  record: PushRecord,
  realm: number,
  projectId: number,
  userId: number | null,
): Observation[] => {
  const { delivery, eventType } = record
  const changes = eventType === 'repository_update' ? record.changes : [record]
  return changes.flatMap(({ ref, before, after }): Observation[] => {
    if (ref === null || before === null || after === null) return []
    const move = {
      stream: `${delivery.source} ${eventType}`,
      deliveryId: cleanText(delivery.id) ?? '',
      before: cleanText(before) ?? '',
      after: cleanText(after) ?? '',
      at: delivery.received_at,
      userId,
      userName: cleanText(record.user_name),
    }
    return [{ about: 'ref', ref: { realm, projectId, name: cleanText(ref) ?? '' }, move }]
  })
}
