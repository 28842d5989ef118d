// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A commit. Only push events fill the lists of files. */
export interface Commit {
  /** SHA of the commit. */
  id: string | null
  /** Full message of the commit. */
  message: string | null
  /** First line of the message. */
  title: string | null
  /** Time when the author wrote the commit, in milliseconds since 1970 UTC. The author's own UTC offset is only in raw. This time can be weeks before the push. */
  timestamp: number | null
  /** URL of the commit in the web interface. */
  url: string | null
  /** Author of the commit. */
  author: CommitAuthor | null
  /** Paths of the files that the commit added. Only push events have them; in other events, the list is empty. */
  added: string[]
  /** Paths of the files that the commit changed. Only push events have them; in other events, the list is empty. */
  modified: string[]
  /** Paths of the files that the commit removed. Only push events have them; in other events, the list is empty. */
  removed: string[]
}

/** The author of the commit, as git recorded it. The author is not necessarily a GitLab user. */
export interface CommitAuthor {
  /** Name of the author, as git recorded it. */
  name: string | null
  /** E-mail address of the author, as git recorded it. Null if GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
}
