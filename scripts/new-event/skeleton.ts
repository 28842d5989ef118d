/** `merge_train` → `MergeTrain`. */
export const recordName = (event: string): string =>
  event.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const title = (event: string): string =>
  event
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')

/** The least an event of a project says; the rest is in `raw` until it is typed. */
export const schemaText = (event: string): string => `{
  "type": "record",
  "name": "${recordName(event)}",
  "namespace": "gitlab_bridge",
  "doc": "TODO: what happened, since which GitLab.",
  "fields": [
    { "name": "delivery", "type": "gitlab_bridge.Delivery", "doc": "How and when this hook reached the bridge, and how sure we are which fact it tells of." },
    {
      "name": "project_id",
      "type": "long",
      "from": ["project_id", "project.id", "object_attributes.project_id", "object_attributes.target_project_id"],
      "doc": "Id of the project the event belongs to. Also the key of the record. Identity: without it the hook is quarantined."
    },
    { "name": "raw", "type": "bytes", "doc": "The exact body as received, byte for byte; fields that are not typed here survive in it." }
  ]
}
`

export const bodyText = (event: string): string =>
  `${JSON.stringify({ object_kind: event, project_id: 15, project: { id: 15 } }, null, 2)}\n`

/** A sibling's body under another name. */
export const bodyLike = (sibling: string, event: string): string => {
  const body = JSON.parse(sibling) as Record<string, unknown>
  const named = Object.fromEntries(
    ['object_kind', 'event_name'].filter((name) => name in body).map((name) => [name, event]),
  )
  return `${JSON.stringify({ ...body, ...named }, null, 2)}\n`
}

/** @param hook the X-Gitlab-Event header */
export const headersText = (event: string, id: string, hook = `${title(event)} Hook`): string =>
  [
    'User-Agent: GitLab/19.4.0',
    `Idempotency-Key: ${id}`,
    `X-Gitlab-Event: ${hook}`,
    'X-Gitlab-Instance: https://git.nordlicht.example',
    `webhook-id: ${id}`,
    '',
  ].join('\n')
