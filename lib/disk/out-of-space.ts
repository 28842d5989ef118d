/** Whether a write failed because the disk is full, or because the quota of the user is used up. */
export const isOutOfSpace = (error: unknown): boolean => {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'ENOSPC' || code === 'EDQUOT'
}
