import { findProject } from '../access.ts'
import { notFound } from '../reply.ts'
import type { Call } from '../route.ts'
import type { StoredNoteable, StoredProject } from '../state.ts'

/** The two kinds that have notes here, with the name of their number in a path. */
export const noteableKinds = [
  { kind: 'merge_requests', number: 'merge_request_iid', type: 'MergeRequest' },
  { kind: 'issues', number: 'issue_iid', type: 'Issue' },
] as const

export type NoteableKind = (typeof noteableKinds)[number]

/** The merge request or issue of a path, and its project. @throws Refusal: 404 */
export const findNoteable = (
  { state, caller, path }: Pick<Call<object, object>, 'state' | 'caller' | 'path'>,
  { kind, number }: NoteableKind,
): { project: StoredProject; noteable: StoredNoteable } => {
  const project = findProject(state, caller, path.id ?? '')
  const noteable = state.noteables.find(
    (each) => each.kind === kind && each.project_id === project.id && String(each.iid) === path[number],
  )
  if (noteable === undefined) throw notFound()
  return { project, noteable }
}
