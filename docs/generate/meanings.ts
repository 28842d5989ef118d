import type { EventType } from '../../schemas/catalogue.ts'

/** What an event means, where several events share a schema. Elsewhere the `doc` of the schema says it. */
export const meanings: Partial<Record<EventType, string>> = {
  push:
    'Commits were pushed to a branch, or a branch was created or deleted. GitLab sends no hook at all ' +
    'when one push changes more branches or tags than push_event_hooks_limit (default 3).',
  tag_push: 'A tag was created, moved or deleted.',
  issue: 'An issue that is not confidential was opened, closed, reopened or updated.',
  confidential_issue:
    'A confidential issue was opened, closed, reopened or updated. It has its own topic, because Kafka ' +
    'grants access by topic.',
  work_item:
    'A task, incident, test case, epic or another work item was opened, closed, reopened or updated. Only ' +
    'group webhooks send epics, and an epic names no project.',
  confidential_work_item:
    'A confidential task, incident, epic or another work item was opened, closed, reopened or updated.',
  note:
    'A comment on a commit, merge request, issue, work item or snippet was written or edited. ' +
    'The field object_attributes.noteable_type says what the comment is about.',
  confidential_note:
    'An internal note, or any note on a confidential issue or work item, was written or edited.',
  emoji:
    'A user reacted with an emoji to something that is not confidential, or removed the reaction. ' +
    'Available since GitLab 16.4 (since 16.2 behind a feature flag).',
  confidential_emoji:
    'A user reacted with an emoji to a confidential issue or work item or to an internal note, or removed ' +
    'the reaction. The hook contains the text of that object.',
  unknown: 'A hook of an event that the bridge does not know yet, or with a body from a custom template.',
  confidential_unknown:
    'A hook of an event that the bridge does not know yet, or with a body from a custom template, that the ' +
    'header or the body marks as confidential or internal.',
  quarantine: 'A hook that the bridge could not turn into the record of an event. The field reason says why.',
  confidential_quarantine:
    'A hook that the bridge could not turn into the record of an event, and that the header or the body ' +
    'marks as confidential or internal. The field reason says why.',
  project_create: 'A project was created.',
  project_destroy:
    'A project was deleted. With delayed deletion, a project_rename to …-deletion_scheduled-<id> is sent ' +
    'first.',
  project_rename: 'A project changed its path. GitLab does not send this when a group above it moves.',
  project_transfer: 'A project moved to another namespace.',
  project_update: 'The settings of a project changed, but its path did not change.',
  group_create: 'A group or subgroup was created, as a system hook reports it.',
  group_destroy: 'A group or subgroup was deleted, as a system hook reports it.',
  group_rename:
    'A group changed its path, and with it the paths of all its projects. GitLab sends no event for these ' +
    'projects.',
  subgroup_create:
    'A subgroup was created, as the webhook of a group above it reports it. It is the same fact as ' +
    'group_create.',
  subgroup_destroy:
    'A subgroup was deleted, as the webhook of a group above it reports it. It is the same fact as ' +
    'group_destroy.',
  user_create: 'A user was created.',
  user_destroy: 'A user was deleted.',
  user_rename: 'The name of a user changed, and with it the paths of the user’s personal projects.',
  user_failed_login: 'A blocked user tried to log in.',
  key_create: 'A user added an SSH key.',
  key_destroy: 'An SSH key was removed.',
  user_add_to_group:
    'A user became a direct member of a group. GitLab sends nothing for inherited membership and invited ' +
    'groups.',
  user_update_for_group: 'The access level or expiry of a group member changed.',
  user_remove_from_group:
    'A user is no longer a direct member of a group. The record has the times when the membership was ' +
    'created and changed, but not when it ended.',
  user_add_to_team:
    'A user became a direct member of a project. GitLab sends nothing for inherited membership and ' +
    'invited groups.',
  user_update_for_team: 'The access level of a project member changed.',
  user_remove_from_team:
    'A user is no longer a direct member of a project. The record has the times when the membership was ' +
    'created and changed, but not when it ended.',
  user_access_request_to_group: 'A user asked for access to a group.',
  user_access_request_denied_for_group:
    'A request for access to a group was denied or withdrawn, as a group webhook reports it; the same ' +
    'fact as user_access_request_revoked_for_group.',
  user_access_request_revoked_for_group:
    'A request for access to a group was denied or withdrawn, as a system hook reports it; the same fact ' +
    'as user_access_request_denied_for_group.',
  user_access_request_to_project: 'A user asked for access to a project.',
  user_access_request_revoked_for_project:
    'A request for access to a project was denied or withdrawn. For projects, no event has "denied" in ' +
    'its name.',
}
