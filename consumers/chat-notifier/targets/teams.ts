import type { Line, Piece } from '../text/piece.ts'
import { linesOf } from './marks.ts'
import { jsonRequest, type Target } from './target.ts'

/** A text run is shown as it is. A text block would read Markdown in it. */
const run = ({ text, style, url }: Piece) => ({
  type: 'TextRun',
  text,
  ...(style === 'bold' && { weight: 'Bolder' }),
  ...(style === 'code' && { fontType: 'Monospace' }),
  ...(url !== undefined && { selectAction: { type: 'Action.OpenUrl', url } }),
})

const block = (line: Line) => ({ type: 'RichTextBlock', inlines: line.map(run) })

/** A mention is text between tags, and an entity that says who it is. The names are those of the routes. */
const mentionsOf = (ids: readonly string[]) => ({
  blocks:
    ids.length === 0
      ? []
      : [
          {
            type: 'TextBlock',
            wrap: true,
            text: ids.map((_, index) => `<at>person ${index + 1}</at>`).join(' '),
          },
        ],
  entities: ids.map((id, index) => ({
    type: 'mention',
    text: `<at>person ${index + 1}</at>`,
    mentioned: { id, name: id },
  })),
})

/**
 * Workflow webhooks of Microsoft Teams: an Adaptive Card in an envelope. The service answers 202 before it
 * posts, so that sent means accepted. The query of the URL is its secret.
 *
 * https://learn.microsoft.com/en-us/power-automate/teams/send-a-message-in-teams
 */
export const teams: Target<'teams'> = {
  type: 'teams',
  canEdit: false,
  repeats: 'visible',
  request: (message, { destination, mentioned }) => {
    const { blocks, entities } = mentionsOf(mentioned)
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body: [...linesOf(message).map(block), ...blocks],
      ...(message.link !== '' && {
        actions: [{ type: 'Action.OpenUrl', title: 'Open in GitLab', url: message.link }],
      }),
      msteams: { width: 'Full', ...(entities.length > 0 && { entities }) },
    }
    return jsonRequest(destination.url, {
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
    })
  },
  sizeOf: ({ body }) => Buffer.byteLength(body),
}
