import type { Person } from '../../../consumers/personal-data/personal-data.ts'
import { UsageError } from '../../../lib/errors.ts'

/** The options that say who a person is. */
export interface PersonOptions {
  /** Ids and user names. */
  user: readonly string[]
  email?: readonly string[]
  name?: readonly string[]
  instance?: string
}

/** A text of one letter is in every body. */
const minLength = 2

/** @throws UsageError if an option would name nobody in particular */
export const personOf = ({ user, email = [], name = [], instance }: PersonOptions): Person => {
  const short = [...user, ...email, ...name].find(
    (text) => text.trim().length < minLength && !/^\d+$/.test(text),
  )
  if (short !== undefined) throw new UsageError(`"${short}" is too short to name one person.`)
  return {
    ids: user.filter(isId).map(Number),
    usernames: user.filter((text) => !isId(text)).map((text) => text.replace(/^@/, '')),
    emails: email,
    names: name,
    instance,
  }
}

const isId = (text: string): boolean => /^\d{1,15}$/.test(text)
