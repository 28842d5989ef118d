import type { RecordOf } from '../../../schemas/catalogue.ts'
import { shorten } from '../../event-text/visible-text.ts'
import { code, line, link } from '../text/piece.ts'
import { richText } from '../text/rich-text.ts'
import type { Told } from './chat-message.ts'
import { inProject, person, titled } from './names.ts'

const verbs: Readonly<Record<string, string>> = { create: 'created', update: 'changed', delete: 'deleted' }

export const wikiPage = ({ object_attributes: own, action, user, project }: RecordOf<'wiki_page'>): Told => ({
  headline: [
    ...line`${person(user)} ${verbs[action ?? ''] ?? 'touched'} the wiki page `,
    ...line`${link(titled(own.title ?? own.slug), own.url)}${inProject(project)}`,
  ],
  details: own.message ? [line`${shorten(own.message, 200)}`] : [],
  link: own.url,
})

export const release = ({ name, tag, description, url, action, project }: RecordOf<'release'>): Told => ({
  headline: [
    ...line`The release ${link(titled(name ?? tag), url)} was ${verbs[action ?? ''] ?? 'touched'}`,
    ...inProject(project),
  ],
  details: action === 'create' ? [richText(description, project?.web_url)] : [],
  link: url,
  tone: action === 'create' ? 'good' : 'neutral',
})

export const featureFlag = ({ object_attributes: own, user, project }: RecordOf<'feature_flag'>): Told => ({
  headline: [
    ...line`${person(user)} turned ${own.active ? 'on' : 'off'} the feature flag ${code(own.name ?? '?')}`,
    ...inProject(project),
  ],
  link: project?.web_url ? `${project.web_url}/-/feature_flags` : undefined,
})
