import type { Deployment } from '../events/deployment.generated.ts'
import type { FeatureFlag } from '../events/feature_flag.generated.ts'
import type { Job } from '../events/job.generated.ts'
import type { Pipeline } from '../events/pipeline.generated.ts'
import { content, exact, type FactOf } from './fact.ts'

/** A pipeline that runs again passes through the same states. Only its jobs distinguish the two runs. */
export const pipelineState: FactOf<Pipeline> = ({ object_attributes: { id, status, finished_at }, builds }) =>
  exact(
    'pipeline',
    [id, status],
    [finished_at, JSON.stringify(builds.map((build) => [build.id, build.status]).sort())],
  )

export const jobState: FactOf<Job> = ({ build_id, build_status, build_started_at, build_finished_at }) =>
  exact('job', [build_id, build_status], [build_started_at, build_finished_at])

/**
 * Old versions of GitLab send no `deployment_id`.
 * The job and the environment identify the deployment instead.
 */
export const deploymentState: FactOf<Deployment> = (record) => {
  const { deployment_id, deployable_id, environment, status, status_changed_at, approval } = record
  const id = deployment_id ?? (deployable_id === null ? null : `${deployable_id} ${environment}`)
  return exact('deployment', [id, status], [status_changed_at, approval?.id ?? null])
}

/** The basis is `content`: a flag can be switched on and off again, and GitLab sends no time. */
export const featureFlagState: FactOf<FeatureFlag> = ({
  object_attributes: { id, active, name, description },
}) => content('feature_flag', [id], [active, name, description])
