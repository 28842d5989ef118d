// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** An SSH key was added or removed. Two event types have this schema, and delivery.event_type says which one it is: key_create and key_destroy. Only system hooks send them. */
export interface Key {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: key_create or key_destroy. */
  event_name: string | null
  /** Time when the key was added. */
  created_at: number | null
  /** Time when the key was last changed. */
  updated_at: number | null
  /** Id of the SSH key. The key of the record is key:<id>. Required: a hook without it is quarantined. */
  id: number
  /** The public key, in the format of authorized_keys. */
  key: string | null
  /** User name (handle) of the owner of the key. */
  username: string | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
