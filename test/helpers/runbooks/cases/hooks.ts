import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rawRequest } from '../../faults/raw-request.ts'
import { sendRaw } from '../../faults/send-raw.ts'
import { eventually } from '../../process/eventually.ts'
import { replaceFile } from '../../process/replace-file.ts'
import { sample } from '../../records/hooks.ts'
import { type Stack, secretToken } from '../../servers/stack.ts'
import { createTlsFiles, tlsSettings } from '../../servers/tls-files.ts'
import { startOwnIngress } from '../own-ingress.ts'
import type { PageCase } from '../page-case.ts'

const bearing = (token: string) => ({ 'x-gitlab-token': token })

/** An ingress whose tokens are in a file. */
const withTokenFile = async (stack: Stack, ...tokens: readonly string[]) => {
  const file = join(await stack.temporaryFolder(), 'tokens')
  await writeFile(file, tokens.join('\n'), { mode: 0o600 })
  const variables = { INGRESS_SECRET_TOKENS: undefined, INGRESS_SECRET_TOKENS_FILE: file }
  return { ingress: await startOwnIngress(stack, variables), file }
}

/** Pages about senders: hooks that do not come, are refused, or are answered late. */
export const hookCases: readonly PageCase<Stack>[] = [
  {
    page: 'gitlab-gets-401',
    broken: 'GitLab has a token that the ingress does not know',
    breaks: async (stack) => {
      const { ingress, file } = await withTokenFile(stack, secretToken)
      const send = () => ingress.post(sample('push'), bearing('the-token-of-gitlab'))
      assert.equal((await send()).status, 401)
      const repair = async () => {
        await replaceFile(file, `${secretToken}\nthe-token-of-gitlab`)
        await eventually(async () => assert.equal((await send()).status, 200))
      }
      return { env: ingress.env, process: ingress.watched, repair }
    },
    Look: {
      log: { shows: /"rejection":"wrong_token"|wrong_token/ },
      '/metrics': { shows: /^gitlab_bridge_ingress_rejections_total\{[^}]*reason="wrong_token"[^}]*\} 1$/m },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_credential_last_used_timestamp_seconds\{.*"\} [1-9]/m },
    },
  },
  {
    page: 'old-secret-is-used',
    broken: 'two tokens of one sender are in use',
    breaks: async (stack) => {
      const { ingress, file } = await withTokenFile(stack, secretToken, 'the-old-token')
      await ingress.post(sample('push'), bearing(secretToken))
      await ingress.post(sample('push'), bearing('the-old-token'))
      const repair = async () => {
        await replaceFile(file, secretToken)
        const old = () => ingress.post(sample('push'), bearing('the-old-token'))
        await eventually(async () => assert.equal((await old()).status, 401))
      }
      return { env: ingress.env, process: ingress.watched, repair }
    },
    Look: {
      '/metrics': {
        shows: /(?:^gitlab_bridge_ingress_credential_last_used_timestamp_seconds\{.*"\} [1-9].*\n){2}/m,
      },
    },
    Verify: {
      '/metrics': {
        shows:
          /^(?!(?:.*\n)*(?:gitlab_bridge_ingress_credential_last_used_timestamp_seconds\{.*\} [1-9].*\n){2})/,
      },
    },
  },
  {
    page: 'no-hooks-arrive',
    broken: 'GitLab sends nothing',
    breaks: async (stack) => {
      const ingress = await startOwnIngress(stack)
      const INGRESS_PORT = new URL(String(ingress.now().hookUrl)).port
      return { env: { ...ingress.env, INGRESS_PORT }, process: ingress.watched }
    },
    Look: {
      '/metrics': { shows: /^gitlab_bridge_ingress_received_total(?:\{[^}]*\})? 0$/m },
      'bridge send push': { shows: /published|spooled/ },
    },
    Verify: { '/metrics': { shows: /^gitlab_bridge_ingress_received_total(?:\{[^}]*\})? 1$/m } },
  },
  {
    page: 'sender-cannot-connect',
    broken: 'a sender uses plain HTTP',
    breaks: async (stack, t) => {
      const { maker, server } = await createTlsFiles()
      t.after(maker.remove)
      const ingress = await startOwnIngress(stack, tlsSettings(server))
      const { port } = new URL(String(ingress.now().hookUrl))
      const send = () => sendRaw(`http://127.0.0.1:${port}`, [rawRequest('{}')])
      assert.deepEqual((await send()).statuses, [])
      return { env: ingress.env, values: { host: '127.0.0.1', port }, process: ingress.watched }
    },
    Look: {
      log: { shows: /"reason":"ERR_SSL_HTTP_REQUEST"/ },
      '/metrics': { shows: /^gitlab_bridge_ingress_rejections_total\{[^}]*reason="handshake"[^}]*\} 1$/m },
      'openssl s_client -connect <host>:<port> -servername <host>': { shows: /BEGIN CERTIFICATE/ },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_rejections_total\{[^}]*reason="handshake"[^}]*\} 1$/m },
    },
  },
  {
    page: 'answers-are-slow',
    broken: 'a sender sends its body slowly',
    breaks: async (stack) => {
      const ingress = await startOwnIngress(stack, { INGRESS_BODY_TIMEOUT_SECONDS: '6' })
      const request = rawRequest(sample('push'), [['X-Gitlab-Token', secretToken]])
      const pieces = [request.subarray(0, -10), 6500]
      assert.deepEqual((await sendRaw(String(ingress.now().hookUrl), pieces, 20_000)).statuses, [408])
      await ingress.post(sample('push'))
      return { env: ingress.env, process: ingress.watched }
    },
    Look: {
      '/metrics': { shows: /^gitlab_bridge_ingress_hooks_total\{[^}]*outcome="too_slow"[^}]*\} 1$/m },
      'iostat -x 1': { leftOut: 'it is about the machine, and does not end' },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_duration_seconds_bucket\{le="5"[^}]*\} [1-9]/m },
    },
  },
]
