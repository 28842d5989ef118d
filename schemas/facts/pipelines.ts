import type { Deployment } from '../events/deployment.generated.ts'
import type { FeatureFlag } from '../events/feature_flag.generated.ts'
import type { Job } from '../events/job.generated.ts'
import type { Pipeline } from '../events/pipeline.generated.ts'
import { content, exact, type FactOf } from './fact.ts'

/** A rerun passes through the same states again: only its jobs tell it apart. */
export const pipelineState: FactOf<Pipeline> = ({ object_attributes: { id, status, finished_at }, builds }) =>
  exact(
    'pipeline',
    [id, status],
    [finished_at, JSON.stringify(builds.map((build) => [build.id, build.status]).sort())],
  )

export const jobState: FactOf<Job> = ({ build_id, build_status, build_started_at, build_finished_at }) =>
  exact('job', [build_id, build_status], [build_started_at, build_finished_at])

/** Before `deployment_id` was sent, the job and the environment named the deployment. */
export const deploymentState: FactOf<Deployment> = (record) => {
  const { deployment_id, deployable_id, environment, status, status_changed_at, approval } = record
  const id = deployment_id ?? (deployable_id === null ? null : `${deployable_id} ${environment}`)
  return exact('deployment', [id, status], [status_changed_at, approval?.id ?? null])
}

/** A flag is switched on and off, and GitLab tells no time. */
export const featureFlagState: FactOf<FeatureFlag> = ({
  object_attributes: { id, active, name, description },
}) => content('feature_flag', [id], [active, name, description])
