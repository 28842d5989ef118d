// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** A release was created, changed or deleted. */
export interface Release {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: release. */
  object_kind: string | null
  /** create, update, or delete (since GitLab 16.5). */
  action: string | null
  /** Release id. Identity: without it the hook is quarantined. */
  id: number
  /** Title. */
  name: string | null
  /** Tag it is made of. */
  tag: string | null
  /** Description, Markdown. */
  description: string | null
  /** When it was created. */
  created_at: number | null
  /** When it is or was published; may lie ahead. */
  released_at: number | null
  /** Address of the release in the web interface. */
  url: string | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** The project. */
  project: Project | null
  /** Links and source archives. */
  assets: ReleaseAssets | null
  /** The commit of the tag. */
  commit: Commit | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** A link of a release. */
export interface ReleaseLink {
  /** Link id. */
  id: number | null
  /** other, runbook, image or package. */
  link_type: string | null
  /** Name. */
  name: string | null
  /** Address it leads to. */
  url: string | null
  /** Whether it leads out of the instance. Before GitLab 16.0 only. */
  external: boolean | null
}

/** An archive of the source code. */
export interface ReleaseSource {
  /** zip, tar.gz, tar.bz2 or tar. */
  format: string | null
  /** Address of the archive. */
  url: string | null
}

/** What a release offers. */
export interface ReleaseAssets {
  /** Number of links and sources. */
  count: number | null
  /** Links. */
  links: ReleaseLink[]
  /** Archives of the source code. */
  sources: ReleaseSource[]
}
