// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** Who may see a project or snippet. GitLab writes 0, 10, 20 or private, internal, public, and around 2019 visibilitylevel|private. */
export type Visibility = 'private' | 'internal' | 'public' | 'other'
