import type { EventType } from '../../schemas/catalogue.ts'

/** What an event says, where it shares its schema with others; elsewhere the schema's own `doc` says it. */
export const meanings: Partial<Record<EventType, string>> = {
  push: 'Commits were pushed to a branch, or a branch was created or deleted. GitLab sends no hook at all when one push moves more branches or tags than push_event_hooks_limit (default 3).',
  tag_push: 'A tag was created, moved or deleted.',
  issue: 'An issue that anybody who sees the project may read was opened, closed, reopened or updated.',
  confidential_issue:
    'A confidential issue was opened, closed, reopened or updated. On a topic of its own, since Kafka grants access topic by topic.',
  work_item:
    'A task, incident, test case, epic or another work item was opened, closed, reopened or updated. Epics come by group webhooks only and name no project: their key is instance.',
  confidential_work_item:
    'A confidential task, incident, epic or another work item was opened, closed, reopened or updated.',
  note: 'A comment on a commit, merge request, issue, work item or snippet was written or edited; object_attributes.noteable_type says on what.',
  confidential_note:
    'An internal note, or any note on a confidential issue or work item, was written or edited.',
  project_create: 'A project was created.',
  project_destroy:
    'A project was deleted. With delayed deletion a project_rename to …-deletion_scheduled-<id> comes first.',
  project_rename: 'A project changed its path; not sent when a group above it moves.',
  project_transfer: 'A project moved to another namespace.',
  project_update: 'Settings of a project changed, its path did not.',
  group_create: 'A group or subgroup was created, as the system hook tells it.',
  group_destroy: 'A group or subgroup was deleted, as the system hook tells it.',
  group_rename:
    'A group changed its path, and with it the paths of all its projects, which send nothing themselves.',
  subgroup_create:
    'A subgroup was created, as the webhook of a group above it tells it; the same fact as group_create.',
  subgroup_destroy:
    'A subgroup was deleted, as the webhook of a group above it tells it; the same fact as group_destroy.',
  user_create: 'A user was created.',
  user_destroy: 'A user was deleted.',
  user_rename: 'A user changed the user name, and with it the paths of the personal projects.',
  user_failed_login: 'A blocked user tried to log in.',
  key_create: 'A user added an SSH key.',
  key_destroy: 'An SSH key was removed.',
  user_add_to_group:
    'A user became a direct member of a group. Inherited membership and invited groups send nothing.',
  user_update_for_group: 'The access level or expiry of a group member changed.',
  user_remove_from_group:
    'A user ceased to be a direct member of a group. The times are those of the membership, not of its end.',
  user_add_to_team:
    'A user became a direct member of a project. Inherited membership and invited groups send nothing.',
  user_update_for_team: 'The access level of a project member changed.',
  user_remove_from_team:
    'A user ceased to be a direct member of a project. The times are those of the membership, not of its end.',
  user_access_request_to_group: 'A user asked for access to a group.',
  user_access_request_denied_for_group:
    'A request for access to a group was denied or withdrawn, as the group webhook tells it; the same fact as user_access_request_revoked_for_group.',
  user_access_request_revoked_for_group:
    'A request for access to a group was denied or withdrawn, as the system hook tells it; the same fact as user_access_request_denied_for_group.',
  user_access_request_to_project: 'A user asked for access to a project.',
  user_access_request_revoked_for_project:
    'A request for access to a project was denied or withdrawn. There is no "denied" spelling for projects.',
}
