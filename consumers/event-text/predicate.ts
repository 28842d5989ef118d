import type { RecordOf } from '../../schemas/catalogue.ts'

/** What the actor did, and to what, such as `opened the merge request !3 "Title"`. */
export const predicateOf = (record: RecordOf): string => {
  switch (record.eventType) {
    case 'push':
    case 'tag_push':
      return pushed(record)
    case 'repository_update':
      return `changed ${record.refs.length === 1 ? shortRef(record.refs[0]) : `${record.refs.length} refs`}`
    case 'merge_request':
      return `${past(record.action)} the merge request ${reference('!', record.object_attributes)}`
    case 'issue':
    case 'confidential_issue':
      return `${past(record.action)} the issue ${reference('#', record.object_attributes)}`
    case 'work_item':
    case 'confidential_work_item':
      return `${past(record.action)} the work item ${reference('#', record.object_attributes)}`
    case 'note':
    case 'confidential_note':
      return `${past(record.action)} a comment on ${kindName(record.object_attributes.noteable_type)}`
    case 'emoji':
    case 'confidential_emoji':
      return `${past(record.action)} the emoji ${emojiOf(record.object_attributes)}`
    case 'wiki_page':
      return `${past(record.action)} the wiki page ${quoted(record.object_attributes.title)}`
    case 'feature_flag':
      return `turned ${flagOf(record.object_attributes)}`
    default:
      return otherPredicate(record)
  }
}

const otherPredicate = (record: RecordOf): string => {
  switch (record.eventType) {
    case 'unknown':
    case 'confidential_unknown':
      return `caused an event that the bridge does not know: ${record.event_name ?? 'without a name'}`
    case 'quarantine':
    case 'confidential_quarantine':
      return `caused a hook that could not be read (${record.reason})`
    default:
      return `caused the event ${record.eventType}`
  }
}

const pushed = (push: RecordOf<'push' | 'tag_push'>): string => {
  const ref = `${push.eventType === 'push' ? 'branch' : 'tag'} ${shortRef(push.ref)}`
  if (push.deleted) return `deleted the ${ref}`
  if (push.created && push.commits.length === 0) return `created the ${ref}`
  const count = push.total_commits_count ?? push.commits.length
  return `pushed ${count} ${count === 1 ? 'commit' : 'commits'} to the ${ref}`
}

const emojiOf = ({ name, awardable_type }: RecordOf<'emoji'>['object_attributes']): string =>
  `${name} on ${kindName(awardable_type)}`

const flagOf = ({ name, active }: RecordOf<'feature_flag'>['object_attributes']): string =>
  `${active ? 'on' : 'off'} the feature flag ${name}`

const shortRef = (ref: string | undefined): string => (ref ?? '').replace(/^refs\/(heads|tags)\//, '')

const pastForms: Readonly<Record<string, string>> = {
  create: 'wrote',
  award: 'set',
  revoke: 'removed',
  approved: 'approved',
  unapproved: 'withdrew the approval of',
  approval: 'approved',
  unapproval: 'withdrew the approval of',
  open: 'opened',
  close: 'closed',
  reopen: 'reopened',
  merge: 'merged',
  update: 'changed',
  delete: 'deleted',
}

const past = (action: string | null): string =>
  action === null ? 'touched' : (pastForms[action] ?? `caused the action ${action} of`)

const reference = (sign: string, { iid, title }: { iid: number | null; title: string | null }): string =>
  [iid === null ? '' : `${sign}${iid}`, title === null ? '' : quoted(title)].filter(Boolean).join(' ')

const quoted = (title: string | null): string => `"${title ?? ''}"`

/** GitLab's name of a class as words: `MergeRequest` is `a merge request`. */
const kindName = (className: string | null): string => {
  const words = (className ?? 'something').replace(/\B[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
  return className === null ? words : `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`
}
