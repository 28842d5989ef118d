// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A label. */
export interface Label {
  /** Label id. */
  id: number | null
  /** Name of the label. */
  title: string | null
  /** Colour, e.g. #adb21a. */
  color: string | null
  /** Project the label belongs to; null for a label of a group. */
  project_id: number | null
  /** When the label was created. */
  created_at: number | null
  /** When the label was last changed. */
  updated_at: number | null
  /** Whether it is a template of the instance. */
  template: boolean | null
  /** Description. */
  description: string | null
  /** ProjectLabel or GroupLabel. */
  type: string | null
  /** Group the label belongs to; null for a label of a project. */
  group_id: number | null
}
