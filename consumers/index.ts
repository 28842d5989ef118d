import { auditLog } from './audit-log/audit-log.ts'
import { chatNotifier } from './chat-notifier/chat-notifier.ts'
import type { Consumer } from './consumer.ts'
import { hookForwarder } from './hook-forwarder/hook-forwarder.ts'
import { issueCommenter } from './issue-commenter/issue-commenter.ts'
import { ldapSync } from './ldap-sync/ldap-sync.ts'
import { projectDirectory } from './project-directory/project-directory.ts'
import { pushAuthorLog } from './push-author-log/push-author-log.ts'
import { reviewerMentions } from './reviewer-mentions/reviewer-mentions.ts'

/** All workers of the bridge. A new worker is added here. */
export const consumers: readonly Consumer[] = [
  auditLog,
  pushAuthorLog,
  projectDirectory,
  ldapSync,
  chatNotifier,
  hookForwarder,
  issueCommenter,
  reviewerMentions,
]
