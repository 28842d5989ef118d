import type { Emoji } from '../events/emoji.generated.ts'
import type { Issue } from '../events/issue.generated.ts'
import type { Milestone } from '../events/milestone.generated.ts'
import type { Note } from '../events/note.generated.ts'
import { exact, type FactOf, textOfChanges } from './fact.ts'

/** GitLab keeps issues and work items in one table, so they share one sequence of ids. */
export const issueChange: FactOf<Issue> = ({ id, action, user, changes, object_attributes: issue }) =>
  exact('issue', [id, issue.updated_at], [action, user?.id ?? null, textOfChanges(changes)])

export const noteChange: FactOf<Note> = ({ id, action, object_attributes: note }) =>
  exact('note', [id, note.updated_at], [action ?? 'create', note.note])

export const milestoneChange: FactOf<Milestone> = ({ action, object_attributes: milestone }) =>
  exact('milestone', [milestone.id, milestone.updated_at], [action])

/** An award is given once and revoked once. The next award has another id. */
export const emojiAward: FactOf<Emoji> = ({ action, object_attributes: award }) =>
  exact('emoji', [award.id, action])
