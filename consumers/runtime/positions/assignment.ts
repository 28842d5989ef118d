/** The partitions that the group assigned to this member: topic → partition numbers. */
export type Assignment = Readonly<Record<string, readonly number[]>>
