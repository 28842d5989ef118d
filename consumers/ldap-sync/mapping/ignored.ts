/** Names of bots, see https://docs.gitlab.com/user/project/settings/project_access_tokens/ */
const botNames: readonly string[] = [
  'project_*_bot',
  'project_*_bot_*',
  'project_*_bot?',
  'group_*_bot',
  'group_*_bot_*',
  'group_*_bot?',
  'service_account_*',
  'ghost',
  'ghost?',
  'support-bot',
  'alert-bot',
  'visual-review-bot',
  'migration-bot',
  'security-bot',
  'automation-bot',
  'admin-bot',
  'suggested-reviewers-bot',
  'llm-bot',
  'duo-*',
]

/** Whether a user is a bot or a service account, or one that the mapping leaves out. */
export const isIgnored = (username: string, patterns: readonly string[]): boolean =>
  [...botNames, ...patterns].some((pattern) => matches(username, pattern))

/** `*` stands for any characters, `?` for digits. */
const matches = (text: string, pattern: string): boolean => {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '\\d+')
  return new RegExp(`^${expression}$`, 'i').test(text)
}
