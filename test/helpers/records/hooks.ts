import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { secretToken } from '../servers/stack.ts'

/** What a hook is answered. */
export interface Answer {
  status: number
  body: { outcome: string; event: string; topic: string; id: string; reason?: string }
}

/** A bundled sample, byte for byte. */
export const sample = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url))

/** A push of a project; `pad` makes its body longer. */
export const pushOf = (projectId: number, fields: Readonly<Record<string, unknown>> = {}): Buffer =>
  Buffer.from(JSON.stringify({ ...JSON.parse(sample('push').toString()), project_id: projectId, ...fields }))

/** Posts a hook as GitLab does, with a delivery id of its own unless `headers` bring one. */
export const post = async (
  url: string | undefined,
  body: Buffer | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const id = randomUUID()
  const response = await fetch(String(url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-gitlab-token': secretToken,
      'x-gitlab-instance': 'https://git.nordlicht.example',
      'user-agent': 'GitLab/19.4.0',
      'idempotency-key': id,
      'webhook-id': headers['idempotency-key'] ?? id,
      ...headers,
    },
    body: new Uint8Array(Buffer.from(body)),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
