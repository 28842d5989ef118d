import { holderKey } from '../model/holder.ts'
import { laterMembership, type MemberReport, membershipOf } from '../model/membership.ts'
import type { DirectoryStore } from '../store/directory-store.ts'

export const applyMembers = async (
  store: DirectoryStore,
  reports: readonly MemberReport[],
): Promise<void> => {
  const told = [...Map.groupBy(reports, (each) => `${holderKey(each.container)} ${each.userId}`).values()]
  const keys = told.flatMap(([first]) =>
    first === undefined ? [] : [{ container: first.container, userId: first.userId }],
  )
  if (keys.length === 0) return
  const stored = await store.members(keys)
  await store.saveMembers(
    keys.flatMap((key, at) => {
      const all = [...(stored[at] ? [stored[at]] : []), ...(told[at] ?? []).map(membershipOf)]
      const [first, ...others] = all
      return first === undefined ? [] : [{ ...key, membership: others.reduce(laterMembership, first) }]
    }),
  )
}
