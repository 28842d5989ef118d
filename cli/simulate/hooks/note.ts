import type { MergeRequest, Person } from '../company/world.ts'
import { type SimulatedHook, webhook } from './hook.ts'
import { mergeRequestPart, urlOfRequest } from './merge-request.ts'
import { projectPart, repositoryPart, userPart } from './parts.ts'
import { isoTime } from './times.ts'

/** A note on a merge request. Notes with one `discussionId` belong together. */
export interface SimulatedNote {
  id: number
  discussionId: string
  author: Person
  text: string
  at: number
}

export const noteHook = (request: MergeRequest, note: SimulatedNote): SimulatedHook => {
  const { project } = request
  return webhook('Note', {
    object_kind: 'note',
    event_type: 'note',
    user: userPart(note.author),
    project_id: project.id,
    project: projectPart(project),
    object_attributes: {
      id: note.id,
      note: note.text,
      description: note.text,
      noteable_type: 'MergeRequest',
      noteable_id: request.id,
      author_id: note.author.id,
      project_id: project.id,
      created_at: isoTime(note.at),
      updated_at: isoTime(note.at),
      discussion_id: note.discussionId,
      action: 'create',
      internal: false,
      system: false,
      type: 'DiscussionNote',
      attachment: null,
      line_code: null,
      commit_id: null,
      position: null,
      original_position: null,
      change_position: null,
      st_diff: null,
      resolved_at: null,
      resolved_by_id: null,
      resolved_by_push: null,
      updated_by_id: null,
      url: `${urlOfRequest(request)}#note_${note.id}`,
    },
    repository: repositoryPart(project),
    merge_request: mergeRequestPart(request),
  })
}
