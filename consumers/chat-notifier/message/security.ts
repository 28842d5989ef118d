import type { RecordOf } from '../../../schemas/catalogue.ts'
import { shorten } from '../../event-text/visible-text.ts'
import { code, line, link } from '../text/piece.ts'
import type { Told } from './chat-message.ts'
import { inProject, person, titled } from './names.ts'

export const token = (record: RecordOf<'access_token' | 'deploy_token'>): Told => {
  const { object_attributes: own, project, group, eventType } = record
  const kind = eventType === 'access_token' ? 'access token' : 'deploy token'
  const day = own.expires_at === null ? 'soon' : `on ${new Date(own.expires_at).toISOString().slice(0, 10)}`
  const where =
    group === null ? inProject(project) : line` of the group ${group.full_path ?? group.group_path ?? ''}`
  return {
    headline: line`The ${kind} ${code(own.name ?? '?')} expires ${day}${where}`,
    tone: 'bad',
    link: project?.web_url,
  }
}

export const vulnerability = ({ object_attributes: own }: RecordOf<'vulnerability'>): Told => ({
  headline: [
    ...line`The ${own.severity ?? ''} vulnerability `,
    ...line`${link(titled(own.title), own.url)} is now ${own.state}`,
  ],
  link: own.url,
  tone: own.state === 'resolved' || own.state === 'dismissed' ? 'good' : 'bad',
})

export const duoWorkflow = ({
  event,
  project,
  user,
  workflow,
  error,
  result,
}: RecordOf<'duo_workflow'>): Told => ({
  headline: [
    ...line`The agent session ${link(`#${workflow?.id ?? '?'}`, workflow?.web_url)} of ${person(user)} `,
    ...line`reports ${code(event)}${inProject(project)}`,
  ],
  details: [error?.reason, result?.message].flatMap((text) => (text ? [line`${shorten(text, 200)}`] : [])),
  link: workflow?.web_url,
  tone: event.includes('failed') ? 'bad' : 'neutral',
})
