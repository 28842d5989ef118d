import { jsonIn } from '../../delivery/http/json-in.ts'
import { type Line, type Piece, plainOf } from '../text/piece.ts'
import { linesOf } from './marks.ts'
import type { Target } from './target.ts'

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

const pieceHtml = ({ text, style, url }: Piece): string => {
  const shown = escapeHtml(text)
  const styled =
    style === 'bold' ? `<strong>${shown}</strong>` : style === 'code' ? `<code>${shown}</code>` : shown
  return url === undefined ? styled : `<a href="${escapeHtml(url)}">${styled}</a>`
}

const htmlOf = (lines: readonly Line[]): string =>
  lines.map((line) => line.map(pieceHtml).join('')).join('<br>')

/** The plain text of old clients mentions everybody who reads `@room`, so that it gets a word joiner. */
const plainText = (lines: readonly Line[]): string =>
  lines
    .map((line) => plainOf(line))
    .join('\n')
    .replaceAll('@', '@\u2060')

/**
 * The client API of Matrix. A repeat with the same transaction id has no effect.
 *
 * https://spec.matrix.org/v1.12/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
 */
export const matrix: Target<'matrix'> = {
  type: 'matrix',
  canEdit: true,
  repeats: 'harmless',
  request: (message, { destination, mentioned, transaction, replaces }) => {
    const lines = linesOf(message)
    const pills = mentioned.map(
      (id): Piece => ({ text: id, url: `https://matrix.to/#/${encodeURIComponent(id)}` }),
    )
    const shown = pills.length === 0 ? lines : [...lines, pills.flatMap((pill) => [pill, { text: ' ' }])]
    const content = {
      msgtype: 'm.notice',
      body: plainText(shown),
      format: 'org.matrix.custom.html',
      formatted_body: htmlOf(shown),
      'm.mentions': mentioned.length === 0 ? {} : { user_ids: mentioned },
    }
    const edit = {
      ...content,
      'm.new_content': content,
      'm.relates_to': { rel_type: 'm.replace', event_id: replaces },
    }
    const room = encodeURIComponent(destination.room)
    const path = `_matrix/client/v3/rooms/${room}/send/m.room.message/${encodeURIComponent(transaction)}`
    return {
      method: 'PUT',
      url: `${destination.url.replace(/\/+$/, '')}/${path}`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${destination.token}` },
      body: JSON.stringify(replaces === undefined ? content : edit),
    }
  },
  sizeOf: ({ body }) => Buffer.byteLength(body),
  judge: ({ text }) => {
    const id = (jsonIn(text) as { event_id?: unknown } | undefined)?.event_id
    return typeof id === 'string' ? { remoteId: id } : undefined
  },
}
