import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/**
 * Reads a file of secrets or certificates. A named pipe, a device or a socket is refused: to read it could
 * block the whole process, and its content cannot be read twice.
 *
 * @throws Error if the file cannot be read or is not a regular file
 */
export const readRegularFile = (path: string): Buffer => {
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('it is not a regular file')
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
