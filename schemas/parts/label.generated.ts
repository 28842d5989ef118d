// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A label. */
export interface Label {
  /** Id of the label. */
  id: number | null
  /** Name of the label. */
  title: string | null
  /** Colour of the label, e.g. #adb21a. */
  color: string | null
  /** Id of the project that the label belongs to. Null for the label of a group. */
  project_id: number | null
  /** Time when the label was created. */
  created_at: number | null
  /** Time when the label was last changed. */
  updated_at: number | null
  /** True if the label is a template of the GitLab instance. */
  template: boolean | null
  /** Description of the label. */
  description: string | null
  /** Type of the label: ProjectLabel or GroupLabel. */
  type: string | null
  /** Id of the group that the label belongs to. Null for the label of a project. */
  group_id: number | null
}
