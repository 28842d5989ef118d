import Handlebars from 'handlebars'

/** Why a template cannot be used; undefined if it can. */
export const templateProblem = (template: string): string | undefined => {
  try {
    Handlebars.precompile(template)
    return undefined
  } catch {
    // The message of the parser quotes the template, which may hold a secret.
    return 'is not a template that handlebars can read'
  }
}
