/** What the worker does without a token for the API of GitLab. */
export const withoutToken =
  'It looks for tasks in the description and the last commit of a merge request only.'
