import type { ExportedLeaf } from '../exported-leaf.ts'
import { type BodySays, readBody } from './body-says.ts'
import { type Activity, type OcsfClass, ocsfClasses, ocsfVersion } from './classes.ts'
import { activityOf, familyOf } from './event-families.ts'

export type OcsfEvent = Readonly<Record<string, unknown>>

/** The columns that have a place of their own in every event. All others are under `unmapped`. */
const mapped = new Set([
  ...['delivery_id', 'received_at', 'occurred_at', 'event_type', 'summary', 'raw', 'leaf_index', 'fact_id'],
  ...['user_id', 'user_username', 'user_name', 'subject_id', 'subject_username', 'subject_name'],
])
/** They prove rows, and are only in an export in NDJSON. */
const isProof = (name: string): boolean => /_(salt|commitment)$/.test(name)

/**
 * The event of OCSF that a leaf is. Undefined for a repeat and a dead letter, which only account for a place
 * in Kafka.
 */
export const ocsfEventOf = (leaf: ExportedLeaf): OcsfEvent | undefined => {
  switch (leaf.kind) {
    case 'event':
    case 'seal':
      return eventOf(leaf)
    case 'repeat':
    case 'dead_letter':
      return undefined
    case 'interval':
      return intervalOf(leaf)
    default:
      return {
        ...classified('base', [0, 'Unknown']),
        ...common(leaf),
        message: `The audit log says about itself: ${leaf.kind}.`,
        unmapped: { content: leaf.content, kind: leaf.kind },
      }
  }
}

const eventOf = (leaf: ExportedLeaf): OcsfEvent => {
  const family = familyOf(leaf.event_type)
  const says = readBody(leaf.raw)
  const activity = family.activity === 'by the action of the body' ? activityOf(says.action) : family.activity
  return {
    ...classified(family.class, activity),
    ...common(leaf),
    ...actorOf(leaf, family.class),
    ...objectsOf[family.class](leaf, says),
    ...(leaf.raw === null || leaf.raw === undefined ? {} : { raw_data: leaf.raw }),
    unmapped: unmappedOf(leaf, family.class),
  }
}

const classified = (ocsfClass: OcsfClass, [activity_id, activity_name]: Activity) => {
  const { class_uid, ...names } = ocsfClasses[ocsfClass]
  const ids = { class_uid, activity_id, type_uid: class_uid * 100 + activity_id }
  return { ...names, ...ids, activity_name, severity_id: 1, severity: 'Informational' }
}

const millis = (time: string | number | null | undefined): number => Date.parse(String(time))

const common = (leaf: ExportedLeaf) => ({
  time: millis(leaf.occurred_at ?? leaf.received_at),
  ...(leaf.summary === null || leaf.summary === undefined ? {} : { message: leaf.summary }),
  metadata: {
    version: ocsfVersion,
    product: { name: 'gitlab-kafka-bridge', vendor_name: 'gitlab-kafka-bridge' },
    log_name: 'audit_log',
    logged_time: millis(leaf.received_at),
    sequence: leaf.leaf_index,
    ...withoutNulls({
      uid: leaf.delivery_id,
      event_code: leaf.event_type,
      correlation_uid: leaf.fact_id,
    }),
  },
})

/** The base event has no actor, so the columns stay under `unmapped` there. */
const actorOf = (leaf: ExportedLeaf, ocsfClass: OcsfClass) => {
  const user = userOf(leaf.user_id, leaf.user_username, leaf.user_name)
  return user === undefined || ocsfClass === 'base' ? {} : { actor: { user } }
}

type Value = ExportedLeaf[string] | undefined

const userOf = (id: Value, username: Value, name: Value) => {
  const user = withoutNulls({ uid: id === null || id === undefined ? null : String(id), name: username })
  const all = { ...user, ...withoutNulls({ full_name: name }) }
  return Object.keys(all).length === 0 ? undefined : all
}

const subjectOf = (leaf: ExportedLeaf) => ({
  // The class requires a user, also where it was erased.
  user: userOf(leaf.subject_id, leaf.subject_username, leaf.subject_name) ?? { name: 'unknown' },
})

const named = (type: string, name: Value, id: Value) => ({
  type,
  ...withoutNulls({ name, uid: id === null || id === undefined ? null : String(id) }),
})

const projectOf = (leaf: ExportedLeaf) => named('project', leaf.project_path, leaf.project_id)
const groupOf = (leaf: ExportedLeaf) => named('group', leaf.group_path, leaf.group_id)
const objectOf = (leaf: ExportedLeaf) =>
  named(String(leaf.object_kind), leaf.object_title, leaf.object_id ?? leaf.object_iid)

const has = (...values: Value[]): boolean => values.some((value) => value !== null && value !== undefined)

/** What each class says beside its activity and the actor. */
const objectsOf: Readonly<Record<OcsfClass, (leaf: ExportedLeaf, says: BodySays) => object>> = {
  base: () => ({}),
  lifecycle: () => ({}),
  account: subjectOf,
  authentication: (leaf) => ({
    ...subjectOf(leaf),
    service: { name: 'GitLab', ...withoutNulls({ uid: leaf.instance }) },
    // A failure.
    status_id: 2,
  }),
  entity: (leaf) => ({
    // The user whose key or token it is stays under `unmapped`.
    entity: has(leaf.object_kind) ? objectOf(leaf) : projectOf(leaf),
  }),
  access: (leaf, { role }) => ({
    ...subjectOf(leaf),
    privileges: [role ?? 'unknown'],
    resource: has(leaf.project_id, leaf.project_path) ? projectOf(leaf) : groupOf(leaf),
  }),
  group: (leaf, { role }) => ({
    group: groupOf(leaf),
    ...(has(leaf.subject_id, leaf.subject_username, leaf.subject_name) ? subjectOf(leaf) : {}),
    ...(role === undefined ? {} : { privileges: [role] }),
  }),
  web: (leaf) => ({
    web_resources: [
      ...(has(leaf.object_kind) ? [objectOf(leaf)] : []),
      ...(has(leaf.ref) ? [named('ref', leaf.ref, null)] : []),
      ...(has(leaf.project_id, leaf.project_path) ? [projectOf(leaf)] : []),
      ...(has(leaf.group_id, leaf.group_path) ? [groupOf(leaf)] : []),
    ],
  }),
}

const usesSubject: readonly OcsfClass[] = ['account', 'authentication', 'access', 'group']

const unmappedOf = (leaf: ExportedLeaf, ocsfClass: OcsfClass) =>
  withoutNulls(
    Object.fromEntries(
      Object.entries(leaf).filter(([name]) => {
        if (isProof(name)) return false
        if (name.startsWith('user_')) return ocsfClass === 'base'
        if (name.startsWith('subject_')) return !usesSubject.includes(ocsfClass)
        return !mapped.has(name)
      }),
    ),
  )

const intervalOf = (leaf: ExportedLeaf): OcsfEvent => {
  const content = JSON.parse(String(leaf.content)) as Readonly<Record<string, Value>>
  const [start_time, end_time] = [millis(content.from), millis(content.to)]
  const refusing = content.kind === 'refusing'
  return {
    ...classified('lifecycle', [99, refusing ? 'Refuse Hooks' : 'Down']),
    ...common(leaf),
    ...{ time: start_time, start_time, end_time, duration: end_time - start_time },
    message: refusing
      ? `The ingress refused ${content.refused ?? 'some'} hooks. They are not in the log.`
      : 'The ingress was down. Hooks that GitLab sent meanwhile are not in the log.',
    app: { name: 'gitlab-kafka-bridge ingress', ...withoutNulls({ uid: content.ingress }) },
    unmapped: withoutNulls({ kind: content.kind, refused: content.refused, topic: leaf.topic }),
  }
}

const withoutNulls = (values: Readonly<Record<string, Value>>): Readonly<Record<string, string | number>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value] as const],
    ),
  )
