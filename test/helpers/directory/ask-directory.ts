import assert from 'node:assert/strict'
import { z } from 'zod'
import {
  candidatesShape,
  freshnessShape,
  groupShape,
  memberShape,
  pageShape,
  parentShape,
  projectShape,
  refShape,
  userProjectShape,
} from '../../../consumers/project-directory/http/shapes.ts'

type Headers = Readonly<Record<string, string>>

/** Asks the API of a directory. An answer must have exactly the shape that the OpenAPI document tells. */
export const askDirectory = (base: string) => {
  const ask = async (path: string, headers: Headers = {}) => {
    const response = await fetch(base + path, { headers, redirect: 'manual' })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const reader =
    <Shape extends z.ZodObject>(shape: Shape, status = 200) =>
    async (path: string, headers: Headers = {}): Promise<z.output<Shape>> => {
      const answer = await ask(path, headers)
      assert.equal(answer.status, status, `${path}: ${answer.text}`)
      return z.strictObject(shape.shape).parse(JSON.parse(answer.text)) as z.output<Shape>
    }
  return {
    ask,
    statusOf: async (path: string, headers: Headers = {}) => (await ask(path, headers)).status,
    project: reader(z.object({ ...projectShape.shape, ...freshnessShape.shape })),
    projects: reader(pageShape(z.strictObject(projectShape.shape))),
    groupOf: reader(z.object({ ...parentShape.shape, ...freshnessShape.shape })),
    group: reader(z.object({ ...groupShape.shape, ...freshnessShape.shape })),
    refs: reader(pageShape(z.strictObject(refShape.shape))),
    members: reader(pageShape(z.strictObject(memberShape.shape))),
    projectsOfUser: reader(pageShape(z.strictObject(userProjectShape.shape))),
    candidates: reader(candidatesShape, 300),
  }
}

/** The paths of the projects or groups of a page. */
export const pathsOf = ({ items }: { items: readonly { path: string | null }[] }) =>
  items.map(({ path }) => path)
