import { sample } from './hooks.ts'

const samples = ['push', 'tag_push', 'pipeline'].map((name) => JSON.parse(sample(name).toString()) as object)

/**
 * A body that holds the id of its hook, so that a reader does not depend on any header.
 *
 * @param number chooses the sample: push, tag push or pipeline
 */
export const markedBody = (id: string, number: number, fields: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ ...samples[number % samples.length], marker: id, ...fields }))

/** The id in a body that `markedBody` made. */
export const markerOf = (body: Buffer): string =>
  String((JSON.parse(body.toString()) as { marker?: unknown }).marker)
