/** Something that we promise about our speed, and what was measured. */
export interface Promised {
  text: string
  /** The measured figures. */
  seen: string
  isKept: boolean
}
