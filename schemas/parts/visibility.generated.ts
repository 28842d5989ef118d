// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** Visibility of a project or snippet: who can see it. GitLab writes 0, 10 or 20, or private, internal or public. GitLab versions from about 2019 write e.g. visibilitylevel|private. */
export type Visibility = 'private' | 'internal' | 'public' | 'other'
