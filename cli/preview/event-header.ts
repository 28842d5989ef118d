/**
 * The header X-Gitlab-Event that GitLab would send with a body: `Merge Request Hook` with `merge_request`,
 * and `System Hook` with a body that has an `event_name` alone. Undefined if the body names no event.
 */
export const eventHeaderOf = (body: Buffer): string | undefined => {
  const { object_kind: kind, event_name: name, ...json } = parse(body)
  if (typeof kind === 'string' && kind !== '') return hookNameOf(kind, json)
  return typeof name === 'string' && name !== '' ? 'System Hook' : undefined
}

const parse = (body: Buffer): Record<string, unknown> => {
  try {
    const json: unknown = JSON.parse(body.toString())
    return typeof json === 'object' && json !== null ? { ...json } : {}
  } catch {
    return {}
  }
}

/** GitLab writes this event in its header under another name. */
const headerNames: Readonly<Record<string, string>> = { build: 'job' }

const hookNameOf = (kind: string, json: Readonly<Record<string, unknown>>): string => {
  const words = (headerNames[kind] ?? kind).split('_')
  const title = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join(' ')
  const isConfidential = (kind === 'issue' || kind === 'note') && saysConfidential(json)
  return `${isConfidential ? 'Confidential ' : ''}${title} Hook`
}

const saysConfidential = ({ object_attributes: own, issue }: Readonly<Record<string, unknown>>): boolean =>
  [own, issue].some((part) => (part as { confidential?: unknown } | null | undefined)?.confidential === true)
