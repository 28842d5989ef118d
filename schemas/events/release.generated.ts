// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** A release was created, changed or deleted. */
export interface Release {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: release. */
  object_kind: string | null
  /** What happened: create, update or delete. GitLab sends delete since 16.5. */
  action: string | null
  /** Id of the release. Required: a hook without it is quarantined. */
  id: number
  /** Title of the release. */
  name: string | null
  /** Name of the tag that the release is made from. */
  tag: string | null
  /** Description of the release, in Markdown. */
  description: string | null
  /** Time when the release was created. */
  created_at: number | null
  /** Time when the release is or was published. It can be in the future. */
  released_at: number | null
  /** URL of the release in the web interface. */
  url: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** The project. */
  project: Project | null
  /** The links and source archives of the release. */
  assets: ReleaseAssets | null
  /** The commit that the tag points to. */
  commit: Commit | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** A link of a release. */
export interface ReleaseLink {
  /** Id of the link. */
  id: number | null
  /** Type of the link: other, runbook, image or package. */
  link_type: string | null
  /** Name of the link. */
  name: string | null
  /** Target URL of the link. */
  url: string | null
  /** True if the link leads to a place outside the GitLab instance. Only GitLab before 16.0 sends it. */
  external: boolean | null
}

/** An archive of the source code. */
export interface ReleaseSource {
  /** Format of the archive: zip, tar.gz, tar.bz2 or tar. */
  format: string | null
  /** URL of the archive. */
  url: string | null
}

/** The links and source archives of a release. */
export interface ReleaseAssets {
  /** Number of links and source archives together. */
  count: number | null
  /** Links of the release. */
  links: ReleaseLink[]
  /** Archives of the source code. */
  sources: ReleaseSource[]
}
