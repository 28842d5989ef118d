import { userInfo } from 'node:os'

/** Who runs a command: the name of the account, or what else is known of it. In a container it is often a number alone. */
export const operatorName = (
  ofAccount = () => userInfo().username,
  { USER }: { USER?: string } = process.env,
): string => {
  try {
    return ofAccount()
  } catch {
    return USER || `uid ${process.getuid?.()}`
  }
}
