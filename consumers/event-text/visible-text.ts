const invisible = new RegExp(
  '[\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b\\u200c\\u200e\\u200f\\u202a-\\u202e' +
    '\\u2060-\\u206f\\u3164\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]',
  'gu',
)

/**
 * Text on one line, without what would change how the text around it looks: control characters, the
 * characters that turn the direction of writing, and those without a width. The zero-width joiner stays,
 * because emoji are made with it.
 */
export const visibleText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(invisible, '')

/** The beginning of a text, with an ellipsis where it is longer. Emoji are not cut in two. */
export const shorten = (text: string, most: number): string => {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  const letters = [...line]
  return letters.length <= most ? line : `${letters.slice(0, most - 1).join('')}…`
}
