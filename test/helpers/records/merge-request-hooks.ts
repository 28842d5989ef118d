import type { Hook } from '../../../ingress/hook.ts'
import { classify } from '../../../ingress/record/classify.ts'
import { normalise } from '../../../ingress/record/normalise.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { hookOf } from './deliver.ts'
import { fixture } from './samples.ts'

/** What happens to a merge request, in GitLab's words. `ready`: a draft is marked as ready. */
export type MergeRequestFact = 'open' | 'ready' | 'merge' | 'close' | 'reopen' | 'update'

export interface MergeRequestOptions {
  id?: number
  description?: string
  /** Message of the last commit. */
  message?: string
  title?: string
  /** Seconds after noon. It tells two facts of one merge request apart. */
  at?: number
}

/** A hook about a merge request of the sample project. */
export const mergeRequestBody = (fact: MergeRequestFact, options: MergeRequestOptions = {}): Buffer => {
  const body = JSON.parse(fixture('merge_request_ready').body.toString())
  const { id = 5120, description = '', message = 'Switch lamps', title, at = 0 } = options
  const time = new Date(Date.parse('2026-10-06T12:00:00Z') + at * 1000).toISOString()
  Object.assign(body.object_attributes, {
    ...{ id, description, actioned_at: time, updated_at: time },
    action: fact === 'ready' ? 'update' : fact,
    last_commit: { ...body.object_attributes.last_commit, message },
    ...(title !== undefined && { title }),
  })
  if (fact !== 'ready') body.changes = {}
  return Buffer.from(JSON.stringify(body))
}

/** The same as a worker reads it. */
export const mergeRequestRecord = (
  fact: MergeRequestFact,
  options: MergeRequestOptions = {},
  hook: Partial<Hook> = {},
): RecordOf<'merge_request'> => {
  const headers = {
    'x-gitlab-event': 'Merge Request Hook',
    'x-gitlab-instance': 'https://git.nordlicht.example',
  }
  const made = hookOf(mergeRequestBody(fact, options), headers, hook)
  const { record } = normalise(made, classify(made))
  return { ...record, eventType: 'merge_request' } as RecordOf<'merge_request'>
}
