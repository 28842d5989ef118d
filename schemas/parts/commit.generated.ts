// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A commit. The file lists are filled in push events only. */
export interface Commit {
  /** SHA of the commit. */
  id: string | null
  /** Full commit message. */
  message: string | null
  /** First line of the message. */
  title: string | null
  /** Author time of the commit, milliseconds since 1970 UTC; the author's own offset survives in raw. May be weeks before the push. */
  timestamp: number | null
  /** Address of the commit in the web interface. */
  url: string | null
  /** Who wrote the commit. */
  author: CommitAuthor | null
  /** Paths the commit added. Push events only; empty elsewhere. */
  added: string[]
  /** Paths the commit changed. Push events only; empty elsewhere. */
  modified: string[]
  /** Paths the commit removed. Push events only; empty elsewhere. */
  removed: string[]
}

/** Who wrote the commit, as git recorded it; not necessarily a GitLab user. */
export interface CommitAuthor {
  /** Name as git recorded it. */
  name: string | null
  /** E-mail address as git recorded it. Null where GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
}
