/** A hook that GitLab could send. */
export interface SimulatedHook {
  /** Value of X-Gitlab-Event. */
  header: string
  body: Readonly<Record<string, unknown>>
}

export const webhook = (name: string, body: SimulatedHook['body']): SimulatedHook => ({
  header: `${name} Hook`,
  body,
})

/** Lifecycle events come by system hook only. */
export const systemHook = (event_name: string, body: SimulatedHook['body']): SimulatedHook => ({
  header: 'System Hook',
  body: { event_name, ...body },
})
