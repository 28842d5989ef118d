import assert from 'node:assert/strict'
import { test } from 'node:test'
import { awaitRegistry } from '../../../../ingress/record/await-registry.ts'
import type { IdOfEvent } from '../../../../ingress/record/encoders.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { encoders } from '../../../helpers/records/deliver.ts'

test('the registry is polled until it gives the ids; any other answer is logged', async () => {
  const { logger, lines } = recordingLogger()
  const answers = [{ from: 'disk' }, new Error('it does not know our schemas'), { from: 'registry' }] as const
  let asked = 0
  const read = async () => {
    const answer = answers[asked++]
    if (answer === undefined || answer instanceof Error) throw answer
    return { encoders, ids: {} as IdOfEvent, ...answer }
  }
  const alive = setTimeout(() => {}, 5000) // the timer of the wait does not keep the process alive
  assert.equal((await awaitRegistry(read, 1, logger)).encoders, encoders)
  clearTimeout(alive)
  assert.equal(asked, 3)
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields.error]),
    [['error', 'it does not know our schemas']],
  )
})
