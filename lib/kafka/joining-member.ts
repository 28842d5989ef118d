const property = Symbol('member id of the request that failed')

/** Records in an error as which member of a group the request was sent that failed. */
export const recordMember = (error: unknown, memberId: string): void => {
  if (error instanceof Error && memberId !== '') Object.defineProperty(error, property, { value: memberId })
}

/** As which member of its group a client was joining when this error ended the join. */
export const joiningMemberOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  return (error as { [property]?: string })[property] ?? joiningMemberOf(error.cause)
}
