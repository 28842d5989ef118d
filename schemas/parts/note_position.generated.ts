// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** Where in a diff or image a note is attached. */
export interface NotePosition {
  /** Commit the branches parted at. */
  base_sha: string | null
  /** Head of the target branch. */
  start_sha: string | null
  /** Head of the source branch. */
  head_sha: string | null
  /** Path of the file before. */
  old_path: string | null
  /** Path of the file after. */
  new_path: string | null
  /** text, image or file. */
  position_type: string | null
  /** Line number before; text only. */
  old_line: number | null
  /** Line number after; text only. */
  new_line: number | null
  /** First and last line of a note on several lines, open: the object as JSON text. */
  line_range: string | null
  /** Width of the image, pixels, which can be a fraction; image only. */
  width: number | null
  /** Height of the image, pixels, which can be a fraction; image only. */
  height: number | null
  /** Distance from the left edge, pixels, which can be a fraction; image only. */
  x: number | null
  /** Distance from the upper edge, pixels, which can be a fraction; image only. */
  y: number | null
}
