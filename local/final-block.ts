import { waitedFor } from '../lib/settings-sentence.ts'
import type { Endpoints } from './endpoints.ts'
import type { WaitingWorker } from './select-workers.ts'

/** What the final block prints. */
export interface Summary {
  endpoints: Endpoints
  /** Path of a sample push hook, in a form that the user can paste. */
  samplePath: string
  topics: readonly string[]
  /** The running workers. */
  running: readonly string[]
  /** The other workers, and why they do not run. */
  waiting: readonly WaitingWorker[]
  dataDir: string
  /** Whether no GitLab API is configured that tells the directory what no hook told. */
  isDirectoryIncomplete: boolean
  /** What the user has set. A secret that was not generated here is not printed. */
  given: { token: boolean; database: boolean; auditReader: boolean }
  /** The file of the key that was generated for the audit log; undefined where the user has set a key. */
  generatedAuditKey: string | undefined
  /** Whether other machines can reach the hook port. */
  isReachableFromOutside: boolean
}

/** The block that is printed when everything is ready: all addresses, and a command that sends a hook. */
export const finalBlock = ({
  endpoints,
  samplePath,
  topics,
  running,
  waiting,
  dataDir,
  isDirectoryIncomplete,
  given,
  generatedAuditKey,
  isReachableFromOutside,
}: Summary): string => {
  const { hook_url, secret_token, kafka_brokers, schema_registry_url, database_url, metrics } = endpoints
  const auditUrl = endpoints.audit_reader_url
  const rows: [string, string][] = [
    ['Hook URL', hook_url],
    ['Secret token', shownToken(secret_token, given.token)],
    ['Kafka', kafka_brokers],
    ['Schema registry', schema_registry_url],
    ['Database', given.database ? withoutPassword(database_url) : database_url],
    ...(auditUrl === null
      ? []
      : [['Audit reader', given.auditReader ? withoutPassword(auditUrl) : auditUrl] as [string, string]]),
    ...Object.entries(metrics).map(([name, url], index): [string, string] => [
      index === 0 ? 'Metrics' : '',
      `${url}  ${name}`,
    ]),
    ...feedRows(endpoints.feed_url),
    ...directoryRows(endpoints.directory_url, isDirectoryIncomplete),
    ['Topics', wrap(topics, 90).join(`\n${' '.repeat(labelWidth)}`)],
    ['Workers', running.join(', ') || 'none'],
    ...waiting.map((worker, index): [string, string] => [index === 0 ? 'Not running' : '', reasonOf(worker)]),
    ['Data', dataDir],
  ]
  return [
    '',
    'The bridge is ready.',
    '',
    ...rows.map(([label, value]) => `  ${label.padEnd(labelWidth - 2)}${value}`),
    '',
    ...(secret_token === null
      ? []
      : [
          'Send it a hook:',
          '',
          ...curl(hook_url, given.token ? tokenPlaceholder : secret_token, samplePath),
          '',
        ]),
    ...(isReachableFromOutside ? [...outboundSetting, ''] : []),
    ...(generatedAuditKey === undefined ? [] : [...auditKeyLimit(generatedAuditKey), '']),
    'Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n')
}

const labelWidth = 19

const feedRows = (url: string | null): [string, string][] =>
  url === null
    ? []
    : [
        ['Live events', url],
        ['', `${url}/sse/  for programs`],
      ]

const directoryRows = (url: string | null, isIncomplete: boolean): [string, string][] => {
  if (url === null) return []
  const example: [string, string] = ['Directory', `${url}/projects`]
  if (!isIncomplete) return [example]
  return [
    example,
    ['', 'Branches from before the bridge are missing until GITLAB_API_URL and a token'],
    ['', '(GITLAB_API_TOKEN or PROJECT_DIRECTORY_GITLAB_API_TOKEN) are set.'],
  ]
}

/** Stands for a token of the user in the example. */
const tokenPlaceholder = 'YOUR_TOKEN'

const shownToken = (token: string | null, isGiven: boolean): string => {
  if (token === null) return 'none; hooks must be signed with a token of INGRESS_SIGNING_TOKENS'
  return isGiven ? 'as you have set it (INGRESS_SECRET_TOKENS)' : token
}

const withoutPassword = (url: string): string => {
  if (!URL.canParse(url)) return 'as you have set it (DATABASE_URL)'
  const shown = new URL(url)
  if (shown.password !== '') shown.password = '***'
  return shown.href
}

const curl = (url: string, token: string, samplePath: string): string[] => [
  `  curl ${quoted(url)} \\`,
  "    -H 'X-Gitlab-Event: Push Hook' \\",
  `    -H ${quoted(`X-Gitlab-Token: ${token}`)} \\`,
  "    -H 'Content-Type: application/json' \\",
  `    --data-binary ${quoted(`@${samplePath}`)}`,
]

const outboundSetting = [
  'If GitLab reaches this machine at a local address, an administrator must allow that in GitLab:',
  'Admin area → Settings → Network → Outbound requests →',
  '"Allow requests to the local network from webhooks and integrations".',
]

const auditKeyLimit = (path: string): string[] => [
  `The audit log is signed with a key that was generated on this machine (${path}).`,
  'It does not protect against whoever controls this machine: that person can sign a changed log. Set',
  'AUDIT_LOG_SIGNING_KEY_FILE, and keep checkpoints elsewhere: AUDIT_LOG_ANCHOR_URLS, AUDIT_LOG_WITNESSES.',
]

/** Why a worker does not run: `chat-notifier waits for CHAT_URL`. */
const reasonOf = ({ name, faults, isLeftOut }: WaitingWorker): string => {
  const settings = faults.length === 0 ? [] : [waitedFor(faults)]
  const reasons = [...settings, ...(isLeftOut ? ['BRIDGE_WORKERS to name it'] : [])]
  return `${name} waits for ${reasons.join(', and for ')}`
}

const quoted = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

const wrap = (words: readonly string[], width: number): string[] => {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
