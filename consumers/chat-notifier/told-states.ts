import type { RecordOf } from '../../schemas/catalogue.ts'
import type { StateChange } from '../delivery/outbox/entry.ts'
import type { Facets } from '../delivery/routes/facets.ts'
import type { Route } from '../delivery/routes/route.ts'

/** Why a state is not told although a route takes the event; undefined if it may be told. */
export const whyUntold = (route: Route, { event, status }: Facets): string | undefined => {
  if (route.notify === 'every') return undefined
  if (event === 'pipeline' && status !== 'failed' && status !== 'success')
    return `with notify: change, only pipelines that failed or passed are told, and this one is ${status}`
  if (event === 'job' && status !== 'failed' && route.status === undefined)
    return `with notify: change, a job is told when it has failed, and not when it is ${status}`
  return undefined
}

/**
 * What decides whether a pipeline is told: the last state of the pipelines of the same branch that this
 * channel was told, or would have been.
 */
export const changeFor = (
  record: RecordOf,
  route: Route,
  { status, isChild }: Facets,
  destination: string,
): StateChange | undefined => {
  if (record.eventType !== 'pipeline' || status === null) return undefined
  if (status !== 'failed' && status !== 'success') return undefined
  const { object_attributes: own, delivery, project_id } = record
  const wants = (state: string) => route.status === undefined || route.status.includes(state)
  return {
    scope: `pipelines of ${destination}`,
    subject: [
      delivery.instance,
      project_id,
      own.tag ? 'tag' : 'branch',
      own.ref,
      isChild ? 'child' : '',
    ].join(' '),
    state: status,
    version: own.id,
    tells: (last) => {
      const isFixed = status === 'success' && last === 'failed'
      if (route.notify === 'every') return wants(status) || (isFixed && wants('fixed'))
      if (status === 'failed') return last !== 'failed' && wants('failed')
      return isFixed && (wants('fixed') || wants('success'))
    },
  }
}
