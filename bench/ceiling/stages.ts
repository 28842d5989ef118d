// The upper limit for our ingress: the same stages, without Express and its middleware.
import { run } from '../../cli/run.ts'
import type { CreateListener } from '../../ingress/http/app.ts'
import { startIngress } from '../../ingress/ingress.ts'
import { answerOf, outcomes } from '../../ingress/outcome.ts'

const bare: CreateListener =
  ({ receive }) =>
  async (request, response) => {
    const outcome = await receive(request, 'default')
    const text = JSON.stringify(answerOf(outcome))
    response
      .writeHead(outcomes[outcome.kind].status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      })
      .end(text)
  }

await run('bench', (env, logger) => startIngress(env, logger, bare))
