import { z } from 'zod'
import { notFound } from '../reply.ts'
import { type Call, created, defineRoute, ok, type Route } from '../route.ts'
import type { StoredNote } from '../state.ts'
import { findNoteable, type NoteableKind, noteableKinds } from './noteables.ts'
import { addNote, noteBody, noteEntity } from './notes.ts'

type AnyCall = Call<object, object>

const discussionsOf = (call: AnyCall, kind: NoteableKind): Map<string, StoredNote[]> => {
  const { noteable } = findNoteable(call, kind)
  const notes = call.state.notes.filter(({ noteable_id }) => noteable_id === noteable.id)
  return Map.groupBy(notes, ({ discussion_id }) => discussion_id)
}

const entityOf = (call: AnyCall, id: string, notes: readonly StoredNote[], kind: NoteableKind) => ({
  id,
  individual_note: notes.length === 1,
  notes: notes.map((note) => noteEntity(call, note, kind)),
})

// https://docs.gitlab.com/api/discussions/
const routesOf = (kind: NoteableKind): Route[] => {
  const list = `/projects/:id/${kind.kind}/:${kind.number}/discussions`
  return [
    defineRoute({
      method: 'GET',
      path: list,
      scope: 'read_api',
      paging: 'offset',
      answer: (call) =>
        ok([...discussionsOf(call, kind)].map(([id, notes]) => entityOf(call, id, notes, kind))),
    }),
    defineRoute({
      method: 'POST',
      path: list,
      scope: 'api',
      body: z.object({ body: noteBody() }),
      answer: (call) => {
        const note = addNote(call, findNoteable(call, kind), call.body)
        return created(entityOf(call, note.discussion_id, [note], kind))
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${list}/:discussion_id/notes`,
      scope: 'api',
      body: z.object({ body: noteBody() }),
      answer: (call) => {
        const { discussion_id = '' } = call.path
        if (!discussionsOf(call, kind).has(discussion_id)) throw notFound('Discussion')
        const note = addNote(call, findNoteable(call, kind), { ...call.body, discussion_id })
        return created(noteEntity(call, note, kind))
      },
    }),
  ]
}

export const discussionRoutes: readonly Route[] = noteableKinds.flatMap(routesOf)
