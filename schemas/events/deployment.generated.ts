// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A deployment started or ended, or was blocked, approved or rejected. GitLab reports the start since 13.5, and the statuses blocked, approved and rejected since 19.x. */
export interface Deployment {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: deployment. */
  object_kind: string | null
  /** Status of the deployment: created, running, success, failed, canceled, blocked, approved or rejected. Required: a hook without it is quarantined. */
  status: string
  /** Time when the status changed. Old GitLab versions do not send it. */
  status_changed_at: number | null
  /** Id of the deployment. Old GitLab versions do not send it. */
  deployment_id: number | null
  /** Id of the job that deploys. It can be greater than 2^31. */
  deployable_id: number | null
  /** URL of the job that deploys, in the web interface. */
  deployable_url: string | null
  /** Name of the environment. Required: a hook without it is quarantined. */
  environment: string
  /** Tier of the environment: production, staging, testing, development or other. */
  environment_tier: string | null
  /** Name of the environment in a form that is valid in a URL. */
  environment_slug: string | null
  /** URL of the deployed application. */
  environment_external_url: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Required: a hook without it is quarantined. */
  project_id: number
  /** The project. In approval events, GitLab sends only a few of its fields. */
  project: Project | null
  /** First digits of the SHA of the commit. */
  short_sha: string | null
  /** Short name of the branch or tag. GitLab's documentation does not mention this field. */
  ref: string | null
  /** User who started the deployment. */
  user: User | null
  /** URL of the user's page. */
  user_url: string | null
  /** URL of the commit in the web interface. */
  commit_url: string | null
  /** First line of the commit message. */
  commit_title: string | null
  /** User who approved or rejected the deployment. Only set if the status is approved or rejected. */
  approver: User | null
  /** The approval or rejection. Only set if the status is approved or rejected. */
  approval: DeploymentApproval | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** A rule that says who can approve a deployment. */
export interface DeploymentApprovalRule {
  /** Id of the rule. */
  id: number | null
  /** Id of the user who can approve. */
  user_id: number | null
  /** Id of the group whose members can approve. */
  group_id: number | null
  /** Lowest access level that can approve. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50). Any other value becomes other. */
  access_level: AccessLevel | null
  /** GitLab's own value if access_level is other, e.g. the name of a custom role. Null otherwise. */
  access_level_other: string | null
  /** Text that tells people who can approve. */
  access_level_description: string | null
  /** Number of approvals that are needed. */
  required_approvals: number | null
  /** Which members of the group can approve: 0 means direct members only, 1 means members of parent groups too. */
  group_inheritance_type: number | null
}

/** An approval or rejection of a deployment. */
export interface DeploymentApproval {
  /** Id of the approval or rejection. */
  id: number | null
  /** Decision: approved or rejected. */
  status: string | null
  /** Comment of the approver. */
  comment: string | null
  /** Time of the approval or rejection. */
  created_at: number | null
  /** The rule that allowed this approval or rejection. */
  approval_rule: DeploymentApprovalRule | null
}
