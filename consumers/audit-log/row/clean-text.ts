/**
 * Replaces what PostgreSQL's text cannot hold: NUL characters, and halves of surrogate pairs. The column
 * `raw` keeps them.
 */
export const cleanText = (text: string | null): string | null =>
  text?.replaceAll('\0', '\ufffd').toWellFormed() ?? null
