import { userInfo } from 'node:os'

/**
 * The name of the person who runs the command, for the audit record: the account, else `USER`, else the
 * numeric user id. In a container the user often has a number only.
 */
export const operatorName = (
  readAccountName = () => userInfo().username,
  { USER }: { USER?: string } = process.env,
): string => {
  try {
    return readAccountName()
  } catch {
    return USER || `uid ${process.getuid?.()}`
  }
}
