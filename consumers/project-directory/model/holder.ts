/** What has a path in GitLab. The path of a user is the username, which begins paths of personal projects. */
export const holderKinds = ['project', 'group', 'user'] as const
export type HolderKind = (typeof holderKinds)[number]

/**
 * A project, group or user. `realm` is the number of a GitLab, and of a world of invented events: ids mean
 * something inside of one realm only.
 */
export interface Holder {
  realm: number
  kind: HolderKind
  id: number
}

export const holderKey = ({ realm, kind, id }: Holder): string => `${realm} ${kind} ${id}`
