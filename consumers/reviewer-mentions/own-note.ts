import type { MergeRequest, Note } from './gitlab/merge-request.ts'
import { usernamePattern } from './reviewers/username.ts'

/** GitLab keeps a comment of HTML in a note and does not show it. */
const mark = '<!-- gitlab-kafka-bridge: reviewer-mentions -->'

interface Account {
  id: number
  username: string
}

/** The note of this worker. Anybody can write the mark, so that the author counts, too. */
export const findOwnNote = (notes: readonly Note[], self: Account): Note | undefined =>
  notes.find(({ body, author, system }) => !system && author?.id === self.id && body.includes(mark))

/** The user names of those who take part in a merge request already, and of the bot itself. */
export const participantsOf = (
  { author, assignees, reviewers }: MergeRequest,
  notes: readonly Note[],
  self: Account,
): string[] => {
  const commenters = notes.filter(({ system }) => !system).map((note) => note.author)
  const people = [author, ...assignees, ...reviewers, ...commenters].flatMap((each) => each ?? [])
  return [...people, self].map(({ username }) => username)
}

const mention = new RegExp(`@(${usernamePattern})`, 'gi')

/** The user names that a note mentions, in its order. */
export const mentionedIn = (body: string): string[] =>
  [...body.matchAll(mention)].map(([, username = '']) => username)

/** A list that strangers can change must not lead to a note that mentions everybody. */
const mostPeople = 50

/**
 * Who is to be mentioned beside those who are. A note mentions at most 50 people.
 *
 * @param known whom the note mentions already
 * @param matching whom the list of reviewers names for this change
 */
export const namesToAdd = (
  known: readonly string[],
  matching: readonly string[],
  participants: readonly string[],
): string[] => {
  const seen = new Set([...known, ...participants].map((name) => name.toLowerCase()))
  const others = matching.filter((name) => !seen.has(name.toLowerCase()))
  return others.slice(0, Math.max(0, mostPeople - known.length))
}

/**
 * What the note must say.
 *
 * @param known whom the note mentions already: they stay, so that an edit takes nobody out
 */
export const noteBodyOf = (known: readonly string[], added: readonly string[]): string => {
  const names = [...known, ...added].map((name) => `@${name}`).join(', ')
  return `${names}: this merge request changes something that you want to hear about.\n\n${mark}`
}
