/** The JSON of an answer; undefined if it is none, such as the page of a proxy that wants a sign-in. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
