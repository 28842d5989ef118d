import type { RecordOf } from '../../../schemas/catalogue.ts'
import { type Line, line, link, type Piece } from '../text/piece.ts'
import { richText } from '../text/rich-text.ts'
import type { Told } from './chat-message.ts'
import { changedNames } from './merge-requests.ts'
import { inProject, person, personName, projectPage, shortSha, titled } from './names.ts'

type IssueRecord = RecordOf<'issue' | 'confidential_issue' | 'work_item' | 'confidential_work_item'>
type NoteRecord = RecordOf<'note' | 'confidential_note'>
type EmojiRecord = RecordOf<'emoji' | 'confidential_emoji'>

const verbs: Readonly<Record<string, string>> = {
  open: 'opened',
  close: 'closed',
  reopen: 'reopened',
  update: 'changed',
  create: 'created',
}

export const issue = (record: IssueRecord): Told => {
  const { object_attributes: own, action, project, user, changes, assignees } = record
  const kind = (own.type ?? (record.eventType.endsWith('work_item') ? 'work item' : 'issue')).toLowerCase()
  const secret = record.eventType.startsWith('confidential_') ? 'confidential ' : ''
  const names = Object.keys(changes).filter(
    (name) => !/^(updated_|last_edited_|relative_position)/.test(name),
  )
  const details: Line[] = []
  if (action === 'open') details.push(richText(own.description, project?.web_url))
  if (action === 'open' && assignees.length > 0)
    details.push(line`Assigned to ${assignees.map((each) => personName(each)).join(', ')}`)
  if (action === 'update' && names.length > 0) details.push(line`Changed: ${changedNames(names)}`)
  return {
    headline: [
      ...line`${person(user)} ${verbs[action ?? ''] ?? 'touched'} the ${secret}${kind} `,
      ...line`${link(`#${own.iid ?? '?'} ${titled(own.title)}`, own.url)}${inProject(project)}`,
    ],
    details,
    link: own.url,
    ...(action === 'update' && { mergeKey: `${own.url ?? own.id}`, waits: 'for updates' as const }),
  }
}

export const note = (record: NoteRecord): Told => {
  const { object_attributes: own, project, user, action } = record
  const secret = record.eventType === 'confidential_note' ? ' internally' : ''
  const verb = action === 'update' ? 'changed a comment on' : `commented${secret} on`
  return {
    headline: line`${person(user)} ${verb} ${subjectOf(record)}${inProject(project)}`,
    details: [richText(own.note ?? own.description, project?.web_url)],
    link: own.url,
  }
}

const subjectOf = ({
  issue: onIssue,
  merge_request,
  commit,
  snippet,
  object_attributes: own,
}: NoteRecord): Piece => {
  if (merge_request !== null)
    return link(`!${merge_request.iid ?? '?'} ${titled(merge_request.title)}`, merge_request.url)
  if (onIssue !== null) return link(`#${onIssue.iid ?? '?'} ${titled(onIssue.title)}`, onIssue.url)
  if (commit !== null) return link(`commit ${shortSha(commit.id)}`, commit.url)
  if (snippet !== null) return link(`the snippet ${titled(snippet.title)}`, snippet.url)
  return link((own.noteable_type ?? 'something').replaceAll('::', ' '), own.url)
}

export const emoji = ({ object_attributes: own, user, project, action, event_type }: EmojiRecord): Told => {
  const kind = (own.awardable_type ?? 'something').replace(/\B[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
  const verb = (action ?? event_type) === 'revoke' ? 'removed' : 'gave'
  return {
    headline: [
      ...line`${person(user)} ${verb} the emoji ${own.name ?? '?'} on `,
      ...line`${link(`a ${kind}`.replace(/^a (?=[aeiou])/, 'an '), own.awarded_on_url)}${inProject(project)}`,
    ],
    link: own.awarded_on_url,
  }
}

export const milestone = ({ object_attributes: own, action, project }: RecordOf<'milestone'>): Told => {
  const page = own.iid === null ? undefined : projectPage(project, `milestones/${own.iid}`)
  const states: Readonly<Record<string, string>> = {
    create: 'was created',
    close: 'was closed',
    reopen: 'was reopened',
  }
  return {
    headline: [
      ...line`The milestone ${link(titled(own.title), page)} ${states[action ?? ''] ?? 'was changed'}`,
      ...inProject(project),
    ],
    link: page,
  }
}
