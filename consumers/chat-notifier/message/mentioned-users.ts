import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { Route } from '../../delivery/routes/route.ts'

interface Named {
  id: number | null
  username: string | null
}

/** The user names of those whom a route mentions. Text of users never mentions anybody. */
export const mentionedUsers = (record: RecordOf, mention: Route['mention']): string[] => {
  const people = mention.flatMap((kind): readonly (Named | null)[] => {
    if (kind === 'author') return authorsOf(record)
    if (kind === 'assignees') return 'assignees' in record ? record.assignees : []
    return 'reviewers' in record ? record.reviewers : []
  })
  return [...new Set(people.flatMap((person) => person?.username ?? []))]
}

/** The author of a merge request or an issue, as far as the hook names them; else who caused the event. */
const authorsOf = (record: RecordOf): readonly (Named | null)[] => {
  const user = 'user' in record ? record.user : null
  if (record.eventType === 'push' || record.eventType === 'tag_push')
    return [{ id: record.user_id, username: record.user_username }]
  const own = 'object_attributes' in record ? record.object_attributes : null
  const author = own !== null && 'author_id' in own ? own.author_id : null
  if (author === null || record.eventType.includes('note')) return [user]
  const known = [
    user,
    ...('assignees' in record ? record.assignees : []),
    ...('reviewers' in record ? record.reviewers : []),
  ]
  return known.filter((person) => person?.id === author)
}
