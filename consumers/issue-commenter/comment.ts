import { hash } from 'node:crypto'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { projectPathOf } from '../../schemas/project-path.ts'
import { shorten, visibleText } from '../event-text/visible-text.ts'
import { type Change, changeOf } from './change-of.ts'

/** What a comment says, before it is written for a tracker. All texts are on one line, but not escaped. */
export interface Comment {
  /** Who did it; null where GitLab does not say. */
  actor: string | null
  change: Change
  isDraft: boolean
  /** `group/project!5` */
  reference: string
  title: string
  /** Address of the merge request; null where GitLab does not say. */
  url: string | null
}

const most = { actor: 100, reference: 300, title: 255 }

/** @returns undefined if the record leads to no comment */
export const commentOf = (record: RecordOf<'merge_request'>): Comment | undefined => {
  const change = changeOf(record)
  if (change === undefined) return undefined
  const { user, object_attributes: own } = record
  const actor = user?.name ?? user?.username ?? null
  return {
    actor: actor === null ? null : textOf(actor, most.actor),
    change,
    isDraft: own.draft === true,
    reference: textOf(`${projectPathOf(record) ?? ''}!${own.iid ?? '?'}`, most.reference),
    title: textOf(own.title ?? '', most.title),
    url: addressOf(record),
  }
}

const textOf = (text: string, length: number): string => shorten(visibleText(text), length)

const addressOf = ({ project, object_attributes: { url, iid } }: RecordOf<'merge_request'>) => {
  const address = url ?? (project?.web_url && iid ? `${project.web_url}/-/merge_requests/${iid}` : '')
  if (!URL.canParse(address)) return null
  const { protocol, href } = new URL(address)
  return /^https?:$/.test(protocol) ? href : null
}

/**
 * The mark by which a comment is found again. It is in the fragment of the link to the merge request, which
 * nobody sees and which GitLab ignores.
 *
 * @param key of the message in the outbox: it stands for the fact and the task
 */
export const markOf = (key: string): string => `bridge-${hash('sha256', key).slice(0, 32)}`

/** A part of a sentence. `theirs` was written by people, so that a tracker must show it as it is. */
export type Piece =
  | { kind: 'ours'; text: string }
  | { kind: 'theirs'; text: string }
  | { kind: 'link'; text: string; url: string }

/** The sentence of a comment, with its mark. */
export const sentenceOf = (comment: Comment, mark: string): Piece[] => {
  const { actor, change, isDraft, reference, title, url } = comment
  const by: Piece[] = actor ? [ours(' by '), { kind: 'theirs', text: actor }] : []
  return [
    ours(isDraft ? 'Draft merge request ' : 'Merge request '),
    url === null
      ? { kind: 'theirs', text: reference }
      : { kind: 'link', text: reference, url: withFragment(url, mark) },
    ours(` was ${change}`),
    ...by,
    ...(title ? [ours(': '), { kind: 'theirs' as const, text: title }] : []),
    ...(url === null ? [ours(` (${mark})`)] : []),
  ]
}

const ours = (text: string): Piece => ({ kind: 'ours', text })

const withFragment = (address: string, fragment: string): string => {
  const url = new URL(address)
  url.hash = fragment
  return url.href
}
