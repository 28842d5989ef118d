import type { Holder } from './holder.ts'

/** What an event says about a member of a project or group. */
export interface MemberReport {
  container: Holder
  userId: number
  verb: 'added' | 'updated' | 'removed' | 'listed'
  /** GitLab's word for the role; null where the event does not tell it. */
  access: string | null
  /** Times of the membership in GitLab, in milliseconds since 1970. */
  createdAt: number
  updatedAt: number
  receivedAt: number
}

export interface Membership {
  access: string | null
  isMember: boolean
  /** Whether two events of the same second tell different roles. */
  isAmbiguous: boolean
  createdAt: number
  updatedAt: number
  rank: number
  receivedAt: number
}

/** A removal carries the time of the last change of the membership, so that it comes last among equals. */
const rankOf = { added: 0, updated: 1, listed: 1, removed: 2 } as const

export const membershipOf = (report: MemberReport): Membership => ({
  access: report.access,
  isMember: report.verb !== 'removed',
  isAmbiguous: false,
  createdAt: report.createdAt,
  updatedAt: report.updatedAt,
  rank: rankOf[report.verb],
  receivedAt: report.receivedAt,
})

/** The later one of two states. The result does not depend on which one is named first. */
export const laterMembership = (one: Membership, other: Membership): Membership => {
  const order = compare(one, other)
  if (order !== 0) return order > 0 ? one : other
  const differs = one.access !== other.access && one.isMember
  const later = compareArrival(one, other) >= 0 ? one : other
  return { ...later, isAmbiguous: one.isAmbiguous || other.isAmbiguous || differs }
}

const compare = (one: Membership, other: Membership): number =>
  one.createdAt - other.createdAt || one.updatedAt - other.updatedAt || one.rank - other.rank

const compareArrival = (one: Membership, other: Membership): number =>
  one.receivedAt - other.receivedAt || ((one.access ?? '') > (other.access ?? '') ? 1 : -1)
