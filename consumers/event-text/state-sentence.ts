import type { RecordOf } from '../../schemas/catalogue.ts'

/**
 * What reached which state, where an event reports that. Somebody may have caused it, or a program. Undefined
 * for every other event.
 */
export const stateOf = (record: RecordOf): { what: string; state: string } | undefined => {
  switch (record.eventType) {
    case 'pipeline':
      return { what: `pipeline ${record.object_attributes.id}`, state: record.object_attributes.status }
    case 'job':
      return { what: `job "${record.build_name ?? record.build_id}"`, state: record.build_status }
    case 'deployment':
      return { what: `deployment to ${record.environment}`, state: record.status }
    case 'vulnerability':
      return {
        what: `vulnerability "${record.object_attributes.title ?? ''}"`,
        state: record.object_attributes.state,
      }
    case 'duo_workflow':
      return { what: 'agent session', state: record.event }
    default:
      return undefined
  }
}
