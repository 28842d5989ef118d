import { z } from 'zod'

const isOrigin = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, pathname, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && username + password + search + hash === '' && pathname === '/'
}

/** The URL of a GitLab instance as GitLab itself sends it: without a path. */
export const instanceUrl = z
  .string()
  .refine(isOrigin, 'must be a URL such as https://gitlab.example.com, without a path')
  .transform((text) => new URL(text).origin)
