/** One reason why two versions of a schema cannot be versions of the same registry subject. */
export interface Incompatibility {
  /** Dotted path of the field; empty where the reason concerns the whole schema. */
  field: string
  /** The reason, as the end of a sentence that begins with the name of the field. */
  problem: string
}
