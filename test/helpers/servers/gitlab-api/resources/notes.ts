import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { demandLevel } from '../access.ts'
import { forbidden, notFound } from '../reply.ts'
import { boolean, type Call, created, defineRoute, noContent, ok, type Route } from '../route.ts'
import { level, type StoredNote } from '../state.ts'
import { findNoteable, type NoteableKind, noteableKinds } from './noteables.ts'
import { briefUser } from './users.ts'

type Place = Pick<Call<object, object>, 'state' | 'webUrl'>
type Found = ReturnType<typeof findNoteable>
type AnyCall = Call<object, object>

/** GitLab refuses a longer text. */
const maxBody = 1_000_000

export const noteBody = () => z.string().min(1).max(maxBody)

/** A note as GitLab shows it. */
export const noteEntity = ({ state, webUrl }: Place, note: StoredNote, { type }: NoteableKind) => ({
  id: note.id,
  type: null,
  body: note.body,
  author: briefUser(state, note.author_id, webUrl),
  created_at: note.created_at,
  updated_at: note.updated_at,
  system: note.system,
  noteable_id: note.noteable_id,
  noteable_type: type,
  project_id: note.project_id,
  resolvable: false,
  confidential: note.internal,
  internal: note.internal,
  imported: false,
  imported_from: 'none',
  noteable_iid: state.noteables.find(({ id }) => id === note.noteable_id)?.iid,
})

/** Adds a note. @param discussion_id undefined: a discussion of its own */
export const addNote = (
  call: Pick<AnyCall, 'state' | 'caller' | 'nextId' | 'now'>,
  { noteable, project }: Found,
  note: { body: string; internal?: boolean | undefined; discussion_id?: string },
): StoredNote => {
  demandLevel(call.state, call.caller, project, project.visibility === 'private' ? level.guest : 0)
  const stored: StoredNote = {
    id: call.nextId(),
    noteable_id: noteable.id,
    noteable_kind: noteable.kind,
    project_id: project.id,
    discussion_id: note.discussion_id ?? randomBytes(20).toString('hex'),
    author_id: call.caller.user.id,
    body: note.body,
    system: false,
    internal: note.internal ?? false,
    created_at: call.now(),
    updated_at: call.now(),
  }
  call.state.notes.push(stored)
  return stored
}

const notesOf = (call: AnyCall, kind: NoteableKind): StoredNote[] => {
  const { noteable } = findNoteable(call, kind)
  return call.state.notes.filter(({ noteable_id }) => noteable_id === noteable.id)
}

const findNote = (call: AnyCall, kind: NoteableKind): StoredNote => {
  const note = notesOf(call, kind).find(({ id }) => String(id) === call.path.note_id)
  if (note === undefined) throw notFound()
  return note
}

/** Only its author edits a note; system notes are nobody's to edit. @throws Refusal: 403 */
const demandOwn = ({ caller }: AnyCall, note: StoredNote): void => {
  if (note.system || note.author_id !== caller.user.id) throw forbidden()
}

// https://docs.gitlab.com/api/notes/
const routesOf = (kind: NoteableKind): Route[] => {
  const list = `/projects/:id/${kind.kind}/:${kind.number}/notes`
  return [
    defineRoute({
      method: 'GET',
      path: list,
      scope: 'read_api',
      paging: 'offset',
      query: z.object({
        sort: z.enum(['asc', 'desc']).optional(),
        order_by: z.enum(['created_at', 'updated_at']).optional(),
        activity_filter: z.enum(['all_notes', 'only_comments', 'only_activity']).optional(),
      }),
      answer: (call) => {
        const { sort = 'desc', order_by = 'created_at', activity_filter: filter = 'all_notes' } = call.query
        const sign = sort === 'asc' ? 1 : -1
        return ok(
          notesOf(call, kind)
            .filter(({ system }) => filter === 'all_notes' || system === (filter === 'only_activity'))
            .toSorted((a, b) => sign * (a[order_by].localeCompare(b[order_by]) || a.id - b.id))
            .map((note) => noteEntity(call, note, kind)),
        )
      },
    }),
    defineRoute({
      method: 'POST',
      path: list,
      scope: 'api',
      body: z.object({ body: noteBody(), internal: boolean().optional() }),
      answer: (call) => created(noteEntity(call, addNote(call, findNoteable(call, kind), call.body), kind)),
    }),
    defineRoute({
      method: 'GET',
      path: `${list}/:note_id`,
      scope: 'read_api',
      answer: (call) => ok(noteEntity(call, findNote(call, kind), kind)),
    }),
    defineRoute({
      method: 'PUT',
      path: `${list}/:note_id`,
      scope: 'api',
      body: z.object({ body: noteBody() }),
      answer: (call) => {
        const note = findNote(call, kind)
        demandOwn(call, note)
        Object.assign(note, { body: call.body.body, updated_at: call.now() })
        return ok(noteEntity(call, note, kind))
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${list}/:note_id`,
      scope: 'api',
      answer: (call) => {
        const note = findNote(call, kind)
        demandOwn(call, note)
        call.state.notes.splice(call.state.notes.indexOf(note), 1)
        return noContent
      },
    }),
  ]
}

export const noteRoutes: readonly Route[] = noteableKinds.flatMap(routesOf)
