/** A value of a cell. */
export type Cell = string | number | null

/**
 * One line of CSV (RFC 4180), without its end. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front, because a stranger may have chosen the title of an issue.
 */
export const csvLine = (cells: readonly Cell[]): string => cells.map(cellText).join(',')

const cellText = (cell: Cell): string => {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
