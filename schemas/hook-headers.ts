/**
 * Headers of a hook that have no field in the record, because only a receiver behind the bridge needs them.
 * The message in Kafka has them under the same names. None of them is a credential.
 */
export const hookHeaderNames = ['x-gitlab-event-uuid', 'x-gitlab-webhook-uuid', 'webhook-timestamp'] as const

/** Those of these headers that GitLab sent. Older versions of GitLab send fewer of them. */
export type HookHeaders = Readonly<Partial<Record<(typeof hookHeaderNames)[number], string>>>

/** @param headers of a hook, or of its message */
export const hookHeadersOf = (headers: Readonly<Record<string, unknown>>): HookHeaders => {
  const found: Record<string, string> = {}
  for (const name of hookHeaderNames) {
    const value = headers[name]
    if (typeof value === 'string' || Buffer.isBuffer(value)) found[name] = value.toString()
  }
  return found
}
