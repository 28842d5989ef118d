// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** Access level of a member: what the member can do. GitLab writes it as a word or as a number. */
export type AccessLevel = 'no_access' | 'minimal_access' | 'guest' | 'planner' | 'reporter' | 'security_manager' | 'developer' | 'maintainer' | 'owner' | 'other'
