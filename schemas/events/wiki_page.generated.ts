// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A wiki page was created, changed or deleted. For the wiki of a group, GitLab sends an empty object instead. */
export interface WikiPage {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: wiki_page. */
  object_kind: string | null
  /** What happened: create, update or delete. */
  action: string | null
  /** User who created, changed or deleted the page. */
  user: User | null
  /** Id of the project that the event belongs to. It is also the key of the record. Required: a hook without it is quarantined. */
  project_id: number
  /** The project. */
  project: Project | null
  /** The wiki of the page. */
  wiki: Wiki | null
  /** The page. Required: a hook without it is quarantined. */
  object_attributes: WikiPageAttributes
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The wiki as a Git repository. */
export interface Wiki {
  /** URL of the home page of the wiki. */
  web_url: string | null
  /** URL for cloning over SSH. */
  git_ssh_url: string | null
  /** URL for cloning over HTTP(S). */
  git_http_url: string | null
  /** Full path of the wiki. It ends with .wiki. */
  path_with_namespace: string | null
  /** Name of the default branch. */
  default_branch: string | null
}

/** The page. */
export interface WikiPageAttributes {
  /** Title of the page. */
  title: string | null
  /** Path of the page in the wiki. Required: a hook without it is quarantined. */
  slug: string
  /** Markup language of the page: markdown, rdoc, asciidoc or org. */
  format: string | null
  /** Commit message of the change. */
  message: string | null
  /** Text of the page. It is missing if GitLab could no longer find it. */
  content: string | null
  /** URL of the page in the web interface. */
  url: string | null
  /** URL of the diff of this change. Available since GitLab 14. */
  diff_url: string | null
  /** SHA of the commit in the wiki. Available since GitLab 14. */
  version_id: string | null
}
