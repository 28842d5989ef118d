// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The position of a note in a diff or an image. */
export interface NotePosition {
  /** SHA of the commit where the two branches separated. */
  base_sha: string | null
  /** SHA of the head of the target branch. */
  start_sha: string | null
  /** SHA of the head of the source branch. */
  head_sha: string | null
  /** Path of the file before the change. */
  old_path: string | null
  /** Path of the file after the change. */
  new_path: string | null
  /** Type of the position: text, image or file. */
  position_type: string | null
  /** Line number before the change. Only set for text. */
  old_line: number | null
  /** Line number after the change. Only set for text. */
  new_line: number | null
  /** First and last line of a note about several lines: an object as JSON text. */
  line_range: string | null
  /** Width of the image, in pixels. It can be a fraction. Only set for an image. */
  width: number | null
  /** Height of the image, in pixels. It can be a fraction. Only set for an image. */
  height: number | null
  /** Distance from the left edge, in pixels. It can be a fraction. Only set for an image. */
  x: number | null
  /** Distance from the upper edge, in pixels. It can be a fraction. Only set for an image. */
  y: number | null
}
