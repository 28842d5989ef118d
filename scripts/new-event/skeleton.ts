/** `merge_train` → `MergeTrain`. */
export const recordName = (event: string): string =>
  event.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const title = (event: string): string =>
  event
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')

const field = (name: string, type: string, doc: string): string =>
  `    { "name": "${name}", "type": "${type}", "doc": "${doc}" }`

const deliveryField = field(
  'delivery',
  'gitlab_bridge.Delivery',
  'How and when the hook reached the bridge, and which fact it reports.',
)

const projectIdField = `    {
      "name": "project_id",
      "type": "long",
      "from": ${JSON.stringify([
        'project_id',
        'project.id',
        'object_attributes.project_id',
        'object_attributes.target_project_id',
      ]).replaceAll(',', ', ')},
      "doc": "${
        'Id of the project that the event belongs to. It is also the key of the record. ' +
        'Required: a hook without it is quarantined.'
      }"
    }`

const rawField = field(
  'raw',
  'bytes',
  'The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no ' +
    'typed field here. Empty if delivery.raw_chunks is set.',
)

/** The smallest schema for an event of a project. Fields that are not typed yet are still in `raw`. */
export const schemaText = (event: string): string => `{
  "type": "record",
  "name": "${recordName(event)}",
  "namespace": "gitlab_bridge",
  "doc": "TODO: say what happened, and since which GitLab version.",
  "fields": [
${[deliveryField, projectIdField, rawField].join(',\n')}
  ]
}
`

export const bodyText = (event: string): string =>
  `${JSON.stringify({ object_kind: event, project_id: 15, project: { id: 15 } }, null, 2)}\n`

/** The body of another event with the same schema, with the name of this event. */
export const bodyLike = (sibling: string, event: string): string => {
  const body = JSON.parse(sibling) as Record<string, unknown>
  const named = Object.fromEntries(
    ['object_kind', 'event_name'].filter((name) => name in body).map((name) => [name, event]),
  )
  return `${JSON.stringify({ ...body, ...named }, null, 2)}\n`
}

/** @param hook value of the header X-Gitlab-Event */
export const headersText = (event: string, id: string, hook = `${title(event)} Hook`): string =>
  [
    'User-Agent: GitLab/19.4.0',
    `Idempotency-Key: ${id}`,
    `X-Gitlab-Event: ${hook}`,
    'X-Gitlab-Instance: https://git.nordlicht.example',
    `webhook-id: ${id}`,
    '',
  ].join('\n')
