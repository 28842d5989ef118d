/** A change in a file that lists all workers. */
export interface Edit {
  file: string
  /** Where to change the file. */
  place: RegExp
  /** The new text for that place. @param found its old text */
  replacement(found: string): string
}
