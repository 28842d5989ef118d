// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The runner that took a job. */
export interface Runner {
  /** Runner id. */
  id: number | null
  /** Description. */
  description: string | null
  /** instance_type, group_type or project_type. */
  runner_type: string | null
  /** Whether it takes jobs. */
  active: boolean | null
  /** Whether it belongs to the instance. */
  is_shared: boolean | null
  /** Tags of the runner. */
  tags: string[]
}
