import { z } from 'zod'
import { forbidden, invalidRecord, notFound } from '../reply.ts'
import { type Call, created, defineRoute, noContent, ok, type Route } from '../route.ts'
import type { StoredEmoji } from '../state.ts'
import { findNoteable, type NoteableKind, noteableKinds } from './noteables.ts'
import { briefUser } from './users.ts'

type AnyCall = Call<object, object>
type Awardable = StoredEmoji['awardable']

const isSame = (a: Awardable, b: Awardable): boolean => a.kind === b.kind && a.id === b.id

const entityOf = ({ state, webUrl }: AnyCall, emoji: StoredEmoji, { type }: NoteableKind) => ({
  id: emoji.id,
  name: emoji.name,
  user: briefUser(state, emoji.user_id, webUrl),
  created_at: emoji.created_at,
  updated_at: emoji.updated_at,
  awardable_id: emoji.awardable.id,
  awardable_type: emoji.awardable.kind === 'notes' ? 'Note' : type,
  url: null,
})

/** What the path names: a note, or else the merge request or issue. @throws Refusal: 404 */
const awardableOf = (call: AnyCall, kind: NoteableKind): Awardable => {
  const { noteable } = findNoteable(call, kind)
  const { note_id } = call.path
  if (note_id === undefined) return { kind: kind.kind, id: noteable.id }
  const note = call.state.notes.find(
    (each) => each.noteable_id === noteable.id && String(each.id) === note_id,
  )
  if (note === undefined) throw notFound()
  return { kind: 'notes', id: note.id }
}

// https://docs.gitlab.com/api/emoji_reactions/
const routesOf = (kind: NoteableKind, place: string): Route[] => {
  const list = `/projects/:id/${kind.kind}/:${kind.number}${place}/award_emoji`
  return [
    defineRoute({
      method: 'GET',
      path: list,
      scope: 'read_api',
      paging: 'offset',
      answer: (call) => {
        const awardable = awardableOf(call, kind)
        return ok(
          call.state.emoji
            .filter((each) => isSame(each.awardable, awardable))
            .map((emoji) => entityOf(call, emoji, kind)),
        )
      },
    }),
    defineRoute({
      method: 'POST',
      path: list,
      scope: 'api',
      body: z.object({ name: z.string().min(1) }),
      answer: (call) => {
        const awardable = awardableOf(call, kind)
        const { name } = call.body
        if (!/^[a-z0-9_+-]+$/.test(name)) throw invalidRecord({ name: ['is not a valid emoji name'] })
        const isTaken = call.state.emoji.some(
          (each) =>
            each.name === name && each.user_id === call.caller.user.id && isSame(each.awardable, awardable),
        )
        // GitLab hides that the emoji is there already behind 404.
        if (isTaken) throw notFound('Award Emoji')
        const times = { created_at: call.now(), updated_at: call.now() }
        const emoji = { id: call.nextId(), name, user_id: call.caller.user.id, awardable, ...times }
        call.state.emoji.push(emoji)
        return created(entityOf(call, emoji, kind))
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${list}/:award_id`,
      scope: 'api',
      answer: (call) => {
        const awardable = awardableOf(call, kind)
        const emoji = call.state.emoji.find(
          (each) => String(each.id) === call.path.award_id && isSame(each.awardable, awardable),
        )
        if (emoji === undefined) throw notFound()
        if (emoji.user_id !== call.caller.user.id && !call.caller.user.is_admin) throw forbidden()
        call.state.emoji.splice(call.state.emoji.indexOf(emoji), 1)
        return noContent
      },
    }),
  ]
}

export const emojiRoutes: readonly Route[] = noteableKinds.flatMap((kind) => [
  ...routesOf(kind, ''),
  ...routesOf(kind, '/notes/:note_id'),
])
