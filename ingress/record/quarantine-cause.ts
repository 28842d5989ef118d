/** Why a body cannot be read as its event. Values of `Quarantine.reason`. */
export type QuarantineReason =
  | 'not_json'
  | 'not_an_object'
  | 'missing_identity'
  | 'unencodable'
  | 'too_large'
  /** To parse the body, or to build its record, would take more time or memory than one hook may take. */
  | 'too_complex'

/** Why a hook goes to the quarantine topic. A stage returns it instead of its result. */
export interface QuarantineCause {
  reason: QuarantineReason
  /** One sentence for the person who looks at the quarantine. */
  detail: string
}

/** Error messages are cut to this many characters, since they may quote the body. */
export const maxDetailLength = 200
