import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chain, type Middleware } from '../../../../../consumers/runtime/middleware/chain.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

test('the first middleware is the outermost', async () => {
  const steps: string[] = []
  const named =
    (name: string): Middleware =>
    (next) =>
    async (messages, context) => {
      steps.push(`${name} in`)
      const outcomes = await next(messages, context)
      steps.push(`${name} out`)
      return outcomes
    }
  const handle = chain([named('outer'), named('inner')], async () => {
    steps.push('handle')
    return ['processed']
  })
  assert.deepEqual(await handle([message()], runContext().context), ['processed'])
  assert.deepEqual(steps, ['outer in', 'inner in', 'handle', 'inner out', 'outer out'])
})

test('without middleware a handle is itself', async () => {
  const handle = async () => ['skipped' as const]
  assert.equal(chain([], handle), handle)
})
