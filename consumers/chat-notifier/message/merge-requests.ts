import type { RecordOf } from '../../../schemas/catalogue.ts'
import { code, type Line, line, link } from '../text/piece.ts'
import type { Told, Tone } from './chat-message.ts'
import { counted, inProject, person, personName, titled } from './names.ts'

const verbs: Readonly<Record<string, string>> = {
  open: 'opened',
  close: 'closed',
  reopen: 'reopened',
  merge: 'merged',
  update: 'changed',
  approval: 'approved',
  approved: 'approved',
  unapproval: 'withdrew the approval of',
  unapproved: 'withdrew the approval of',
}

const tones: Readonly<Record<string, Tone>> = { merge: 'good', approved: 'good' }

export const mergeRequest = (record: RecordOf<'merge_request'>): Told => {
  const { object_attributes: own, action, project, user } = record
  const verb = verbs[action ?? ''] ?? 'touched'
  const name = link(`!${own.iid ?? '?'} ${titled(own.title)}`, own.url)
  const draft = own.draft ? ' draft' : ''
  return {
    headline: line`${person(user)} ${verb} the${draft} merge request ${name}${inProject(project)}`,
    details: action === 'update' ? changesOf(record) : branchesOf(record),
    link: own.url,
    tone: tones[action ?? ''] ?? 'neutral',
    ...(action === 'update' && { mergeKey: `${own.url ?? own.id}`, waits: 'for updates' as const }),
  }
}

const branchesOf = ({
  object_attributes: own,
  action,
  assignees,
  reviewers,
}: RecordOf<'merge_request'>): Line[] => {
  if (action !== 'open' && action !== 'reopen') return []
  const names = (people: readonly { name: string | null; username: string | null }[]) =>
    people.map((each) => personName(each)).join(', ')
  return [
    line`${code(own.source_branch ?? '?')} → ${code(own.target_branch ?? '?')}`,
    ...(assignees.length > 0 ? [line`Assigned to ${names(assignees)}`] : []),
    ...(reviewers.length > 0 ? [line`Reviewers: ${names(reviewers)}`] : []),
  ]
}

/** Attributes that GitLab changes by itself with every update. */
const ignored = new Set(['updated_at', 'updated_by_id', 'last_edited_at', 'last_edited_by_id', 'prepared_at'])

const changesOf = ({ object_attributes: own, changes }: RecordOf<'merge_request'>): Line[] => {
  const names = Object.keys(changes).filter((name) => !ignored.has(name))
  return [
    ...(own.oldrev === null ? [] : [line`New commits were pushed.`]),
    ...(names.length === 0 ? [] : [line`Changed: ${changedNames(names)}`]),
  ]
}

export const changedNames = (names: readonly string[]): string => {
  const words = names.slice(0, 8).map((name) => name.replaceAll('_', ' ').replace(/ ids?$/, ''))
  return [...words, ...(names.length > 8 ? [counted(names.length - 8, 'more')] : [])].join(', ')
}
