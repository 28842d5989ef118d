// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The environment a job deploys to. */
export interface Environment {
  /** Name. */
  name: string | null
  /** What the job does with it: start, stop, prepare, verify, access. */
  action: string | null
  /** production, staging, testing, development or other. */
  deployment_tier: string | null
}
