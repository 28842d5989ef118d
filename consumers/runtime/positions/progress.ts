/** How far a partition has been handled. */
export interface Progress {
  /** The offset of the next message to handle. */
  next: number
  /** How many attempts at that message have failed. */
  failures: number
}
