import { messageContext, renderTemplate } from '../text/template.ts'
import type { Target } from './target.ts'

/**
 * Any service that takes JSON or a form: the whole message, or the fields that the destination names, each
 * made by a template.
 */
export const json: Target<'json'> = {
  type: 'json',
  canEdit: false,
  repeats: 'harmless',
  request: (message, { destination, transaction }) => {
    const context = messageContext(message)
    const { fields, format, token } = destination
    const body =
      fields === undefined
        ? context
        : Object.fromEntries(
            Object.entries(fields).map(([name, template]) => [name, renderTemplate(template, context)]),
          )
    const type = format === 'form' ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8'
    return {
      method: 'POST',
      url: destination.url,
      headers: {
        'content-type': type,
        'idempotency-key': transaction,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...destination.allHeaders,
      },
      body:
        format === 'form'
          ? new URLSearchParams(
              Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]),
            ).toString()
          : JSON.stringify(body),
    }
  },
  sizeOf: ({ body }) => Buffer.byteLength(body),
}
