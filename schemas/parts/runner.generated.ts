// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The runner that took a job. */
export interface Runner {
  /** Id of the runner. */
  id: number | null
  /** Description of the runner. */
  description: string | null
  /** Type of the runner: instance_type, group_type or project_type. */
  runner_type: string | null
  /** True if the runner takes jobs. */
  active: boolean | null
  /** True if the runner belongs to the whole GitLab instance. */
  is_shared: boolean | null
  /** Tags of the runner. */
  tags: string[]
}
