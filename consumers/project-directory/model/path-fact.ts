/** What an event says about a project, group or user. */
export interface PathFact {
  /**
   * `create`, `move` (rename, transfer), `update`, `destroy`: an event of its life.
   * `seen`: another event names the path, such as a push.
   * `listed`: GitLab's API lists it. `gone`: GitLab's API listed it before, and no longer does.
   */
  verb: 'create' | 'move' | 'update' | 'destroy' | 'seen' | 'listed' | 'gone'
  /**
   * When it happened, in milliseconds since 1970: in GitLab's words, and for what was seen when the first
   * such hook was received.
   */
  at: number
  /** When the last hook with this fact was received. */
  lastAt: number
  /** Full path; null where the event does not tell it. */
  path: string | null
  oldPath: string | null
  name: string | null
  visibility: string | null
  defaultBranch: string | null
  webUrl: string | null
  parentId: number | null
  createdAt: number | null
}

/** What tells a fact from others about the same holder. Equal facts are one. */
export const factKey = ({ verb, at, path, oldPath, name, visibility }: PathFact): string => {
  switch (verb) {
    case 'create':
    case 'destroy':
    case 'gone':
      return verb
    case 'move':
      return `move ${at} ${oldPath} ${path}`
    case 'update':
      return `update ${at} ${path} ${name} ${visibility}`
    case 'seen':
    case 'listed':
      return `${verb} ${path}`
  }
}

/**
 * All facts about one holder, each once, oldest first. The result does not depend on the order of the
 * argument. Of the updates only the newest are kept: they say all that the older ones say.
 */
export const uniteFacts = (facts: readonly PathFact[]): PathFact[] => {
  const united = new Map<string, PathFact>()
  for (const fact of facts) {
    const key = factKey(fact)
    const known = united.get(key)
    united.set(key, known === undefined ? fact : mergeFacts(known, fact))
  }
  const all = [...united.values()].sort(compareFacts)
  const newestUpdate = Math.max(...all.filter(({ verb }) => verb === 'update').map(({ at }) => at))
  return all.filter(({ verb, at }) => verb !== 'update' || at === newestUpdate)
}

const compareFacts = (one: PathFact, other: PathFact): number =>
  one.at - other.at || (factKey(one) < factKey(other) ? -1 : 1)

/** Two hooks about one fact: each may tell what the other one does not. */
const mergeFacts = (one: PathFact, other: PathFact): PathFact => {
  if (one.verb === 'listed' || one.verb === 'gone') return one.at >= other.at ? one : other
  const [newer, older] = isNewer(one, other) ? [one, other] : [other, one]
  return {
    verb: one.verb,
    at: Math.min(one.at, other.at),
    lastAt: newer.lastAt,
    path: newer.path ?? older.path,
    oldPath: newer.oldPath ?? older.oldPath,
    name: newer.name ?? older.name,
    visibility: newer.visibility ?? older.visibility,
    defaultBranch: newer.defaultBranch ?? older.defaultBranch,
    webUrl: newer.webUrl ?? older.webUrl,
    parentId: newer.parentId ?? older.parentId,
    createdAt: newer.createdAt ?? older.createdAt,
  }
}

const isNewer = (one: PathFact, other: PathFact): boolean =>
  one.lastAt > other.lastAt || (one.lastAt === other.lastAt && JSON.stringify(one) > JSON.stringify(other))
