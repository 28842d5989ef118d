/** Which rows are searched. A row must match every filter that is given. */
export interface SearchFilters {
  /** The id or the user name of a person who acted, or whom the event is about. */
  user?: string | undefined
  /** The id or the path of a project. */
  project?: string | undefined
  /** The id or the path of a group. Its subgroups and all their projects belong to it. */
  group?: string | undefined
  /** Types of events. A row must have one of them. */
  events?: readonly string[] | undefined
  /** The time at which the bridge received the hook: from `since` on, and before `until`. */
  since?: Date | undefined
  until?: Date | undefined
  /** A text in the sentence, the title, or the body. */
  text?: string | undefined
}

export type EventView = 'events_with_body' | 'events_without_body'

export interface SearchOptions {
  /** Whether the body is searched for the text. */
  searched: EventView
  /** Whether the body is returned. */
  shown: EventView
  /** The largest number of rows. */
  limit: number
}

export interface Statement {
  text: string
  values: unknown[]
}

/** Conditions of which a row must match one. Each of them has an index. */
type Alternatives = readonly string[]

/**
 * The query for the newest rows that match, newest first. A filter with several alternatives is one subquery
 * for each combination of them, so that each subquery is answered by an index.
 */
export const searchQuery = (filters: SearchFilters, { searched, shown, limit }: SearchOptions): Statement => {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const groups = [userOf(filters, bind), projectOf(filters, bind), groupOf(filters, bind)]
  const shared = sharedConditions(filters, searched, bind)
  const end = `order by received_at desc, leaf_index desc limit ${bind(limit)}`
  const subqueries = combinationsOf(groups).map((conditions) => {
    const where = [...conditions, ...shared].map((condition) => `(${condition})`).join(' and ') || 'true'
    return `(select delivery_id, received_at, leaf_index from audit_log.${searched} where ${where} ${end})`
  })
  const [only, ...others] = subqueries
  const keys = others.length === 0 ? only : `(select * from (${subqueries.join(' union ')}) as found ${end})`
  return {
    text: `select e.* from ${keys} as key
      join audit_log.${shown} as e on e.delivery_id = key.delivery_id and e.received_at = key.received_at
      order by e.received_at desc, e.leaf_index desc`,
    values,
  }
}

type Bind = (value: unknown) => string

const isId = (text: string): boolean => /^\d{1,18}$/.test(text)

const userOf = ({ user }: SearchFilters, bind: Bind): Alternatives => {
  if (user === undefined) return []
  const name = bind(user)
  const names = [`user_username = ${name}`, `subject_username = ${name}`]
  if (!isId(user)) return names
  const id = bind(user)
  return [...names, `user_id = ${id}`, `subject_id = ${id}`]
}

const projectOf = ({ project }: SearchFilters, bind: Bind): Alternatives => {
  if (project === undefined) return []
  const path = `project_path collate "C" = ${bind(project)}`
  return isId(project) ? [`project_id = ${bind(project)}`, path] : [path]
}

const groupOf = ({ group }: SearchFilters, bind: Bind): Alternatives => {
  if (group === undefined) return []
  const path = `group_path collate "C" = ${bind(group)}`
  // All paths that begin with `group/`, because `0` follows `/` in the order of bytes.
  const [first, behind] = [bind(`${group}/`), bind(`${group}0`)]
  const below = ['group_path', 'project_path'].map(
    (column) => `${column} collate "C" >= ${first} and ${column} collate "C" < ${behind}`,
  )
  return isId(group) ? [`group_id = ${bind(group)}`, path, ...below] : [path, ...below]
}

const sharedConditions = (filters: SearchFilters, view: EventView, bind: Bind): string[] => {
  const { events, since, until, text } = filters
  const conditions: string[] = []
  if (events !== undefined) conditions.push(`event_type = any(${bind(events)})`)
  if (since !== undefined) conditions.push(`received_at >= ${bind(since)}`)
  if (until !== undefined) conditions.push(`received_at < ${bind(until)}`)
  if (text !== undefined) conditions.push(textCondition(text, view, bind))
  return conditions
}

/** Upper and lower case are the same in the sentence and the title, and not in the bytes of the body. */
const textCondition = (text: string, view: EventView, bind: Bind): string => {
  const pattern = bind(`%${text.replace(/[\\%_]/g, '\\$&')}%`)
  const columns = [`summary ilike ${pattern}`, `object_title ilike ${pattern}`]
  if (view === 'events_with_body') columns.push(`position(${bind(Buffer.from(text))}::bytea in raw) > 0`)
  return columns.join(' or ')
}

/** One condition of each filter that is given, in every combination. */
const combinationsOf = (filters: readonly Alternatives[]): string[][] =>
  filters
    .filter((alternatives) => alternatives.length > 0)
    .reduce<string[][]>(
      (combinations, alternatives) =>
        combinations.flatMap((conditions) => alternatives.map((each) => [...conditions, each])),
      [[]],
    )
