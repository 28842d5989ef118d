// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The environment that a job deploys to. */
export interface Environment {
  /** Name of the environment. */
  name: string | null
  /** What the job does with the environment: start, stop, prepare, verify or access. */
  action: string | null
  /** Tier of the environment: production, staging, testing, development or other. */
  deployment_tier: string | null
}
