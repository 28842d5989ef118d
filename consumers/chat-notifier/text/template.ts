import Handlebars from 'handlebars'
import { visibleText } from '../../event-text/visible-text.ts'
import type { ChatMessage } from '../message/chat-message.ts'
import { plainOf } from './piece.ts'

/** Helpers of their own, so that nobody else's are seen in a template. */
const engine = Handlebars.create()

const compiled = new Map<string, Handlebars.TemplateDelegate>()

/**
 * Renders a template of the routes file. The result is plain text: each target escapes it like any other.
 *
 * @throws Error if the template cannot be read
 */
export const renderTemplate = (template: string, context: object): string => {
  const known = compiled.get(template) ?? compile(template)
  compiled.set(template, known)
  const text = known(context, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false })
  return text.split('\n').map(visibleText).join('\n').trim()
}

const compile = (template: string): Handlebars.TemplateDelegate => {
  const ast = engine.parse(template)
  return engine.compile(ast, { noEscape: true, strict: false, preventIndent: true })
}

/** What a template of a message can name. */
export const messageContext = ({
  event,
  tone,
  headline,
  details,
  link,
  project,
  custom,
  events,
  receivedAt,
}: ChatMessage) => ({
  event,
  tone,
  text: custom ?? [plainOf(headline), ...details.map(plainOf)].join('\n'),
  title: custom?.split('\n')[0] ?? plainOf(headline),
  details: details.map(plainOf),
  link,
  project,
  events,
  received_at: new Date(receivedAt).toISOString(),
})
