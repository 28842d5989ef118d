// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A wiki page was created, changed or deleted. Wikis of groups send an empty object instead. */
export interface WikiPage {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: wiki_page. */
  object_kind: string | null
  /** create, update or delete. */
  action: string | null
  /** User who did it. */
  user: User | null
  /** Id of the project the event belongs to. Also the key of the record. Identity: without it the hook is quarantined. */
  project_id: number
  /** The project. */
  project: Project | null
  /** The wiki. */
  wiki: Wiki | null
  /** The page. Identity. */
  object_attributes: WikiPageAttributes
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The wiki as a repository. */
export interface Wiki {
  /** Address of its home page. */
  web_url: string | null
  /** Clone address over SSH. */
  git_ssh_url: string | null
  /** Clone address over HTTP(S). */
  git_http_url: string | null
  /** Full path, ends in .wiki. */
  path_with_namespace: string | null
  /** Name of the default branch. */
  default_branch: string | null
}

/** The page. */
export interface WikiPageAttributes {
  /** Title. */
  title: string | null
  /** Path of the page in the wiki. Identity: without it the hook is quarantined. */
  slug: string
  /** Markup: markdown, rdoc, asciidoc, org. */
  format: string | null
  /** Commit message of the change. */
  message: string | null
  /** Text of the page; missing where GitLab no longer found it. */
  content: string | null
  /** Address of the page in the web interface. */
  url: string | null
  /** Address of the diff of this change. Since GitLab 14. */
  diff_url: string | null
  /** SHA of the commit in the wiki. Since GitLab 14. */
  version_id: string | null
}
