import { PermanentError, RetriableError } from '../../lib/errors.ts'
import type { MergeRequest, MergeRequestApi } from './gitlab/merge-request.ts'
import { findOwnNote, mentionedIn, namesToAdd, noteBodyOf, participantsOf } from './own-note.ts'

/** What a message of the outbox says. */
export interface Mentioning {
  project_id: number
  iid: number
  /** Full path of the project. */
  project: string
  /** Page of the merge request; null where the hook does not say it. */
  url: string | null
}

/**
 * The user names that the list of reviewers has for a change.
 *
 * @throws RetriableError while the list is unavailable
 */
export type FindReviewers = (project: string, paths: readonly string[]) => Promise<readonly string[]>

/** What was done, in one sentence, and the id of the note. */
export interface Mentioned {
  text: string
  noteId?: number
}

const preparingMs = 5000

/**
 * Makes the note of a merge request say what it must. Everything is read anew each time, so that a repeat
 * finds what an attempt with an unknown outcome has left.
 *
 * @param waitsForChanges whether it fails while GitLab has not computed the changes
 * @throws what GitLab's API throws; RetriableError; PermanentError
 */
export const mentionReviewers = async (
  { project, url }: Mentioning,
  api: MergeRequestApi,
  find: FindReviewers,
  waitsForChanges: boolean,
): Promise<Mentioned> => {
  const request = await api.read()
  demandSame(request, url)
  if (request.state !== 'opened') return { text: `nobody is mentioned: it is ${request.state}` }
  if (request.draft) return { text: 'nobody is mentioned: it is a draft' }
  if (request.prepared_at === null && waitsForChanges)
    throw new RetriableError('GitLab has not computed the changes yet', { retryAfterMs: preparingMs })
  const matching = await find(project, await api.changedPaths())
  if (matching.length === 0) return { text: 'nobody is mentioned: no entry of the list matches' }
  const [self, notes] = [await api.self(), await api.notes()]
  const own = findOwnNote(notes, self)
  const known = own === undefined ? [] : mentionedIn(own.body)
  const wanted = namesToAdd(known, matching, participantsOf(request, notes, self))
  if (wanted.length === 0) return { text: 'nobody is mentioned: all take part or are mentioned already' }
  const { users, others } = await separateUsers(api, wanted)
  const left = others.length === 0 ? '' : `; no active user of GitLab is called ${others.join(', ')}`
  if (users.length === 0) return { text: `nobody is mentioned${left}` }
  const body = noteBodyOf(known, users)
  const { id } = own === undefined ? await api.addNote(body) : await api.editNote(own.id, body)
  return { text: `${own === undefined ? 'added' : 'edited'} the note ${id}${left}`, noteId: id }
}

/** A group can have such a name, too. To mention it would notify all of its members. */
const separateUsers = async (api: MergeRequestApi, names: readonly string[]) => {
  const [users, others]: [string[], string[]] = [[], []]
  for (const name of names) ((await api.isActiveUser(name)) ? users : others).push(name)
  return { users, others }
}

/** Ids of one GitLab mean nothing in another, but its pages have other paths. */
const demandSame = ({ web_url }: MergeRequest, url: string | null): void => {
  const [ours, theirs] = [pathOf(url), pathOf(web_url)]
  if (ours !== undefined && theirs !== undefined && ours !== theirs)
    throw new PermanentError(
      `the hook is about ${ours}, but this GitLab has ${theirs} under the same number. If the hook comes ` +
        'from another GitLab, give that one a destination of its own, or limit the route with sources',
    )
}

const pathOf = (url: string | null | undefined): string | undefined =>
  URL.parse(url ?? '')?.pathname.toLowerCase()
