import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { sample } from '../../test/helpers/records/hooks.ts'
import { secretToken } from '../../test/helpers/servers/stack.ts'
import { markOf } from './mark.ts'
import { projects } from './scenarios.ts'

const push = JSON.parse(sample('push').toString())
const connections = 16

const bodyOf = (project: number): string =>
  JSON.stringify({
    ...push,
    project_id: project,
    project: { ...push.project, id: project, path_with_namespace: `bench/project-${project}` },
    message: markOf(Date.now()),
  })

/**
 * Sends hooks at a steady rate.
 *
 * @returns how many were sent @throws Error if one was not published
 */
export const sendHooks = async (hookUrl: string, perSecond: number, seconds: number): Promise<number> => {
  const { origin, pathname } = new URL(hookUrl)
  const pool = new Pool(origin, { connections })
  const send = async (project: number) => {
    const { statusCode, body } = await pool.request({
      path: pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-gitlab-token': secretToken,
        'x-gitlab-event': 'Push Hook',
      },
      body: bodyOf(project),
    })
    const answer = await body.text()
    if (statusCode !== 200) throw new Error(`the ingress answered ${statusCode}: ${answer}`)
  }
  const startedAt = performance.now()
  const sending: Promise<void>[] = []
  let sent = 0
  while (performance.now() - startedAt < seconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1000)
    for (; sent < due; sent += 1) sending.push(send(sent % projects))
    await sleep(5)
  }
  await Promise.all(sending)
  await pool.close()
  return sent
}
