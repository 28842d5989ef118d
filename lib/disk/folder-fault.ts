import { relative } from 'node:path'
import { messageOf, UsageError } from '../errors.ts'

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'there is a file in its place',
}

/**
 * The sentence for a failed write in a folder that a variable names.
 *
 * @param folders variable → absolute path of its folder
 * @returns the error itself if it is not about one of the folders
 */
export const folderFault = (error: unknown, folders: Readonly<Record<string, string>>): unknown => {
  const { code = '', path, dest } = error as { code?: unknown; path?: unknown; dest?: unknown }
  const paths = [path, dest].filter((each) => typeof each === 'string')
  const found = Object.entries(folders).find(([, folder]) => paths.some((each) => isRelated(folder, each)))
  if (found === undefined) return error
  const isUncreatable = code === 'ENOENT' && paths.some((each) => isParent(each, found[1]))
  const cause = isUncreatable ? 'it cannot be created there' : causes[String(code)]
  if (cause === undefined) return error
  const [variable, folder] = found
  return new UsageError(
    `${variable}: ${folder} cannot be used, because ${cause} (${messageOf(error)}). ` +
      `Set ${variable} to another folder, or correct the cause.`,
  )
}

/** The path is the folder, or lies in it, or is a parent of it that could not be created. */
const isRelated = (folder: string, path: string): boolean => isParent(folder, path) || isParent(path, folder)

/** The same folder counts as its own parent. */
const isParent = (folder: string, path: string): boolean => !relative(folder, path).startsWith('..')
