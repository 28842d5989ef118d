// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A deployment started, ended, or was approved or rejected. Since GitLab 13.5 also on start; blocked, approved and rejected since 19.x. */
export interface Deployment {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: deployment. */
  object_kind: string | null
  /** created, running, success, failed, canceled, blocked, approved, rejected. Identity: without it the hook is quarantined. */
  status: string
  /** When the status changed. Old bodies lack it. */
  status_changed_at: number | null
  /** Deployment id. Old bodies lack it. */
  deployment_id: number | null
  /** Job that deploys; passes 2^31. */
  deployable_id: number | null
  /** Address of that job in the web interface. */
  deployable_url: string | null
  /** Name of the environment. Identity. */
  environment: string
  /** production, staging, testing, development or other. */
  environment_tier: string | null
  /** Name of the environment in a form fit for addresses. */
  environment_slug: string | null
  /** Address of what is deployed. */
  environment_external_url: string | null
  /** Id of the project the event belongs to. Also the key of the record. Identity: without it the hook is quarantined. */
  project_id: number
  /** The project; in approval events with few fields. */
  project: Project | null
  /** First digits of the commit's SHA. */
  short_sha: string | null
  /** Branch or tag, short name. Not in GitLab's documentation. */
  ref: string | null
  /** User who deploys. */
  user: User | null
  /** Address of the user's page. */
  user_url: string | null
  /** Address of the commit in the web interface. */
  commit_url: string | null
  /** First line of the commit message. */
  commit_title: string | null
  /** User who approved or rejected. approved and rejected only. */
  approver: User | null
  /** The approval or rejection. approved and rejected only. */
  approval: DeploymentApproval | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** Who may approve a deployment. */
export interface DeploymentApprovalRule {
  /** Rule id. */
  id: number | null
  /** User who may approve. */
  user_id: number | null
  /** Group whose members may approve. */
  group_id: number | null
  /** Members from this level on may approve. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50); anything else is other. */
  access_level: AccessLevel | null
  /** What GitLab wrote where access_level is other, e.g. the name of a custom role; null elsewhere. */
  access_level_other: string | null
  /** Who may approve, for people. */
  access_level_description: string | null
  /** Number of approvals needed. */
  required_approvals: number | null
  /** Whether members of parent groups count: 0 direct members only, 1 all. */
  group_inheritance_type: number | null
}

/** An approval or rejection of a deployment. */
export interface DeploymentApproval {
  /** Approval id. */
  id: number | null
  /** approved or rejected. */
  status: string | null
  /** Comment of the approver. */
  comment: string | null
  /** When it was given. */
  created_at: number | null
  /** The rule it was given under. */
  approval_rule: DeploymentApprovalRule | null
}
