import type { ConfigFault } from '../lib/errors.ts'
import type { Endpoints } from './endpoints.ts'

/** What the last block tells the user. */
export interface Summary {
  endpoints: Endpoints
  /** Path of a sample push hook, as the user can paste it. */
  samplePath: string
  topics: readonly string[]
  running: readonly string[]
  waiting: readonly { name: string; faults: readonly ConfigFault[] }[]
  dataDir: string
  /** Whether the hook port listens to more than this machine. */
  isWidened: boolean
}

/** The block printed when everything is ready: all a user needs to send a hook and see what becomes of it. */
export const finalBlock = ({
  endpoints,
  samplePath,
  topics,
  running,
  waiting,
  dataDir,
  isWidened,
}: Summary): string => {
  const { hook_url, secret_token, kafka_brokers, schema_registry_url, database_url, metrics } = endpoints
  const rows: [string, string][] = [
    ['Hook URL', hook_url],
    ['Secret token', secret_token ?? 'none: hooks must be signed (INGRESS_SIGNING_TOKENS)'],
    ['Kafka', kafka_brokers],
    ['Schema registry', schema_registry_url],
    ['Database', database_url],
    ...Object.entries(metrics).map(([name, url], index): [string, string] => [
      index === 0 ? 'Metrics' : '',
      `${url}  ${name}`,
    ]),
    ['Topics', wrap(topics, 90).join(`\n${' '.repeat(labelWidth)}`)],
    ['Workers', running.join(', ') || 'none'],
    ...waiting.map(({ name, faults }, index): [string, string] => [
      index === 0 ? 'Not running' : '',
      `${name}: ${sayFaults(faults)}`,
    ]),
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
      : ['Send it a hook:', '', ...curl(hook_url, secret_token, samplePath), '']),
    ...(isWidened ? [...outboundSetting, ''] : []),
    'Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n')
}

const labelWidth = 19

const curl = (url: string, token: string, samplePath: string): string[] => [
  `  curl ${quoted(url)} \\`,
  "    -H 'X-Gitlab-Event: Push Hook' \\",
  `    -H ${quoted(`X-Gitlab-Token: ${token}`)} \\`,
  "    -H 'Content-Type: application/json' \\",
  `    --data-binary ${quoted(`@${samplePath}`)}`,
]

const outboundSetting = [
  'For a GitLab that reaches this machine by a local address: allow it under Admin area → Settings → Network →',
  'Outbound requests → "Allow requests to the local network from webhooks and integrations".',
]

const sayFaults = (faults: readonly ConfigFault[]) =>
  faults.map(({ variable, problem }) => `${variable} ${problem}`).join(', ')

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
