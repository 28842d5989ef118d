// Generated from schemas/events by `npm run generate`. Do not edit.

import type { AccessToken } from './events/access_token.generated.ts'
import type { DeployToken } from './events/deploy_token.generated.ts'
import type { Deployment } from './events/deployment.generated.ts'
import type { DuoWorkflow } from './events/duo_workflow.generated.ts'
import type { Emoji } from './events/emoji.generated.ts'
import type { FeatureFlag } from './events/feature_flag.generated.ts'
import type { GroupLifecycle } from './events/group_lifecycle.generated.ts'
import type { GroupMember } from './events/group_member.generated.ts'
import type { Interval } from './events/interval.generated.ts'
import type { Issue } from './events/issue.generated.ts'
import type { Job } from './events/job.generated.ts'
import type { Key } from './events/key.generated.ts'
import type { MemberApproval } from './events/member_approval.generated.ts'
import type { MemberApprovals } from './events/member_approvals.generated.ts'
import type { MergeRequest } from './events/merge_request.generated.ts'
import type { Milestone } from './events/milestone.generated.ts'
import type { Note } from './events/note.generated.ts'
import type { Pipeline } from './events/pipeline.generated.ts'
import type { ProjectLifecycle } from './events/project_lifecycle.generated.ts'
import type { ProjectMember } from './events/project_member.generated.ts'
import type { Push } from './events/push.generated.ts'
import type { Quarantine } from './events/quarantine.generated.ts'
import type { Release } from './events/release.generated.ts'
import type { RepositoryUpdate } from './events/repository_update.generated.ts'
import type { Unknown } from './events/unknown.generated.ts'
import type { UserLifecycle } from './events/user_lifecycle.generated.ts'
import type { Vulnerability } from './events/vulnerability.generated.ts'
import type { WikiPage } from './events/wiki_page.generated.ts'

/** The type of the records of each schema, by file name of the schema. */
export interface Shapes {
  access_token: AccessToken
  deploy_token: DeployToken
  deployment: Deployment
  duo_workflow: DuoWorkflow
  emoji: Emoji
  feature_flag: FeatureFlag
  group_lifecycle: GroupLifecycle
  group_member: GroupMember
  interval: Interval
  issue: Issue
  job: Job
  key: Key
  member_approval: MemberApproval
  member_approvals: MemberApprovals
  merge_request: MergeRequest
  milestone: Milestone
  note: Note
  pipeline: Pipeline
  project_lifecycle: ProjectLifecycle
  project_member: ProjectMember
  push: Push
  quarantine: Quarantine
  release: Release
  repository_update: RepositoryUpdate
  unknown: Unknown
  user_lifecycle: UserLifecycle
  vulnerability: Vulnerability
  wiki_page: WikiPage
}
