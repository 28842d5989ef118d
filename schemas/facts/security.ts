import type { AccessToken } from '../events/access_token.generated.ts'
import type { DeployToken } from '../events/deploy_token.generated.ts'
import type { DuoWorkflow } from '../events/duo_workflow.generated.ts'
import type { Vulnerability } from '../events/vulnerability.generated.ts'
import { exact, type FactOf } from './fact.ts'

/**
 * GitLab announces an expiry once for each interval.
 * Where it sends no interval, one announcement a day is assumed.
 */
const expiry =
  (family: string): FactOf<AccessToken | DeployToken> =>
  ({ delivery, interval, object_attributes: { id, expires_at } }) =>
    exact(family, [id, expires_at, interval ?? new Date(delivery.received_at).toISOString().slice(0, 10)])

export const accessTokenExpiry = expiry('access_token')
export const deployTokenExpiry = expiry('deploy_token')

/** GitLab sends no id of a vulnerability, but its URL contains the id. */
export const vulnerabilityState: FactOf<Vulnerability> = ({
  project_id,
  object_attributes: { url, state, updated_at },
}) => exact('vulnerability', [project_id, url, state, updated_at])

export const duoWorkflowEvent: FactOf<DuoWorkflow> = ({ event_id }) => exact('duo_workflow', [event_id])
