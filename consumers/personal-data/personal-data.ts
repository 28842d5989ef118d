import type { Environment } from '../../lib/config.ts'

/** A person whose data is looked for or erased. Each list holds what the operator knows. */
export interface Person {
  /** Ids of the user in GitLab. */
  ids: readonly number[]
  usernames: readonly string[]
  emails: readonly string[]
  /** Full names. */
  names: readonly string[]
  /** The GitLab instance in which these are the ids and names; undefined: every instance. */
  instance: string | undefined
}

/** What a store holds of a person. */
export interface FoundData {
  /** A table, a folder or a topic. */
  store: string
  /** How many rows, lines or files. */
  count: number
  /** What these are, such as `rows in which the person acted`. */
  what: string
}

/** What became of the data of a person in one store. */
export type StoreReport = { store: string } & (
  | { state: 'done'; what: string }
  /** `at` is the day on which the last of it is deleted. */
  | { state: 'expires'; at: Date; what: string }
  /** `why` says what keeps it there, and what the operator can do. */
  | { state: 'cannot'; why: string }
)

/**
 * What a worker keeps about people. `none` is for a worker that stores nothing of its records. The compiler
 * asks every worker, so that no store is forgotten when a person asks to be erased.
 */
export type PersonalData = 'none' | PersonalDataFunctions

export interface PersonalDataFunctions {
  /** Counts what the stores of the worker hold. It changes nothing. */
  find(person: Person, env: Environment): Promise<readonly FoundData[]>
  /**
   * Erases what can be erased. The worker may run meanwhile.
   *
   * @param reason why, such as the number of a request. It is kept, so it must not name the person
   * @throws UsageError if something forbids to erase, such as a legal hold
   */
  erase(person: Person, reason: string, env: Environment): Promise<readonly StoreReport[]>
  /** Names every store and copy that `erase` does not reach. */
  report(person: Person, env: Environment): Promise<readonly StoreReport[]>
}
