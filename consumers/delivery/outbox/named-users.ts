import type { RecordOf } from '../../../schemas/catalogue.ts'

/** The users whom a record names, so that their messages can be found and erased. */
export interface NamedUsers {
  ids: number[]
  names: string[]
}

export const namedUsers = (record: RecordOf): NamedUsers => {
  const ids = new Set<number>()
  const names = new Set<string>()
  const add = (id: unknown, name: unknown) => {
    if (typeof id === 'number') ids.add(id)
    if (typeof name === 'string' && name !== '') names.add(name)
  }
  const fields = record as unknown as Readonly<Record<string, unknown>>
  add(fields.user_id, fields.user_username)
  add(undefined, fields.username)
  const people = [fields.user, fields.approver, fields.assignees, fields.reviewers].flat()
  for (const person of people) {
    if (typeof person !== 'object' || person === null) continue
    const { id, username } = person as { id?: unknown; username?: unknown }
    add(id, username)
  }
  return { ids: [...ids], names: [...names] }
}
