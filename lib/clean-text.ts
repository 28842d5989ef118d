/** Replaces what PostgreSQL's text cannot hold: NUL characters, and halves of surrogate pairs. */
export const cleanText = (text: string | null): string | null =>
  text?.replaceAll('\0', '\ufffd').toWellFormed() ?? null
