import { cleanText } from '../../../lib/clean-text.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'

/** What an event is about, where that is not a user, a project or a group. */
export interface EventObject {
  object_kind: string | null
  object_id: number | null
  /** The number within the project, as in `!12`. */
  object_iid: number | null
  object_title: string | null
}

export const objectOf = (record: RecordOf): EventObject => {
  const [id = null, iid = null, title = null] = identityOf(record)
  const isNamed = id !== null || iid !== null || title !== null
  const kind = record.eventType.replace('confidential_', '')
  return {
    object_kind: isNamed ? kind.replace(/_(create|destroy)$/, '') : null,
    object_id: id,
    object_iid: iid,
    object_title: cleanText(title),
  }
}

type Identity = readonly [id?: number | null, iid?: number | null, title?: string | null]

const identityOf = (record: RecordOf): Identity => {
  switch (record.eventType) {
    case 'merge_request':
    case 'issue':
    case 'confidential_issue':
    case 'work_item':
    case 'confidential_work_item':
    case 'milestone':
      return [record.object_attributes.id, record.object_attributes.iid, record.object_attributes.title]
    case 'note':
    case 'confidential_note':
      return [record.object_attributes.id]
    case 'emoji':
    case 'confidential_emoji':
    case 'feature_flag':
    case 'access_token':
    case 'deploy_token':
      return [record.object_attributes.id, null, record.object_attributes.name]
    case 'pipeline':
      return [record.object_attributes.id, record.object_attributes.iid, record.object_attributes.name]
    case 'vulnerability':
    case 'wiki_page':
      return [null, null, record.object_attributes.title]
    case 'release':
      return [record.id, null, record.name]
    case 'job':
      return [record.build_id, null, record.build_name]
    case 'deployment':
      return [record.deployment_id, null, record.environment]
    case 'duo_workflow':
      return [record.workflow?.id ?? null]
    case 'key_create':
    case 'key_destroy':
      return [record.id]
    default:
      return []
  }
}
