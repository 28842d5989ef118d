import type { Holder } from '../model/holder.ts'
import type { MemberReport } from '../model/membership.ts'
import type { PathFact } from '../model/path-fact.ts'
import type { Move } from '../model/ref-head.ts'

/** A branch or tag of a project. `name` is its full name, such as `refs/heads/main`. */
export interface Ref {
  realm: number
  projectId: number
  name: string
}

/** One thing that a record, or GitLab's API, says. */
export type Observation =
  | { about: 'path'; holder: Holder; fact: PathFact }
  | { about: 'ref'; ref: Ref; move: Move }
  | { about: 'member'; report: MemberReport }
