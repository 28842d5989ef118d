import { cleanText } from '../../lib/clean-text.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { actorOf } from './actor.ts'
import { lifecyclePredicate } from './lifecycle-sentence.ts'
import type { Person } from './person.ts'
import { placeOf } from './place.ts'
import { predicateOf } from './predicate.ts'
import { stateOf } from './state-sentence.ts'

/** The longest sentence, in characters. Longer ones end with an ellipsis. */
const maxLength = 400

/** One sentence that says what happened: who did what, to what, and where. */
export const sentenceOf = (record: RecordOf): string => {
  const { project_path, project_id, group_path, group_id } = placeOf(record)
  const lifecycle = lifecyclePredicate(record)
  if (lifecycle !== undefined) return finish(lifecycle)
  const place = project_path ?? group_path ?? numbered('project', project_id) ?? numbered('group', group_id)
  const where = place === undefined ? '' : ` in ${place}`
  const [actor, state] = [actorOf(record), stateOf(record)]
  if (state === undefined) return finish(`${nameOf(actor)} ${predicateOf(record)}${where}`)
  const user = nameOf(actor, '')
  return finish(`The ${state.what}${where} is now ${state.state}${user === '' ? '' : `; user: ${user}`}`)
}

const numbered = (kind: string, id: number | null): string | undefined =>
  id === null ? undefined : `${kind} ${id}`

/** A person in a sentence, such as `Ada Lovelace (ada)`. */
const nameOf = ({ id, username, name }: Person, unknown = 'Somebody'): string => {
  if (name !== null && username !== null) return `${name} (${username})`
  return name ?? username ?? numbered('User', id) ?? unknown
}

/** One line, so that a title with line breaks cannot imitate a second row. */
const finish = (text: string): string => {
  const line = (cleanText(text) ?? '').replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length < maxLength ? `${line}.` : `${line.slice(0, maxLength - 1).toWellFormed()}…`
}
