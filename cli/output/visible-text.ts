/**
 * Characters that a terminal obeys instead of showing them, and those that change the order or the lines of a
 * text. A line break and a tab are not among them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** A text from outside that is safe to print: every such character is written as an escape, as in JSON. */
export const visibleText = (text: string): string =>
  text.replaceAll(obeyed, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
