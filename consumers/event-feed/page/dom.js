/** The element with an id, which the page has. */
export const byId = (id) => document.getElementById(id)

/**
 * Makes an element. What a payload says only ever becomes text here: nothing in this page parses markup.
 *
 * @param {string} name of the element
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}
