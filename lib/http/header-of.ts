/** The value of a header of an answer, by its name in lower case; the first one if it came several times. */
export const headerOf = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
