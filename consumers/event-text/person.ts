import { cleanText } from '../../lib/clean-text.ts'
import type { User } from '../../schemas/parts/user.generated.ts'

/** A user, as far as an event names them. All fields are null where it does not. */
export interface Person {
  id: number | null
  username: string | null
  name: string | null
}

export const nobody: Person = { id: null, username: null, name: null }

export const person = (
  id: number | null,
  username: string | null = null,
  name: string | null = null,
): Person => ({
  id,
  username: cleanText(username),
  name: cleanText(name),
})

export const personOf = (user: Pick<User, 'id' | 'username' | 'name'> | null): Person =>
  user === null ? nobody : person(user.id, user.username, user.name)
