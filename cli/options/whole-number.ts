import { InvalidArgumentError } from 'commander'

/**
 * A parser for options that take a whole number of at least `least`. Commander names the option in the error
 * message.
 */
export const wholeNumber =
  (least: 0 | 1) =>
  (text: string): number => {
    const number = Number(text)
    if (!/^\d+$/.test(text) || number < least)
      throw new InvalidArgumentError(`It must be a whole number of ${least} or more, such as 100.`)
    return number
  }
