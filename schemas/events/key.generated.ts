// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** An SSH key was added or removed; shared by key_create and key_destroy, see delivery.event_type. System hooks only. */
export interface Key {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: key_create or key_destroy. */
  event_name: string | null
  /** When the key was added. */
  created_at: number | null
  /** When the key was last changed. */
  updated_at: number | null
  /** Key id. Also the key of the record, as key:<id>. Identity: without it the hook is quarantined. */
  id: number
  /** The public key, as in authorized_keys. */
  key: string | null
  /** User name (handle) of its owner. */
  username: string | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
