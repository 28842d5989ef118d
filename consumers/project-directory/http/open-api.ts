import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import type { Route } from './route.ts'
import { candidatesShape, movedShape, problemShape } from './shapes.ts'

/** The OpenAPI document of these routes, made from the shapes with which requests are checked. */
export const openApiOf = (routes: readonly Route[]) => {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  const json = (description: string, schema: z.ZodType, hasLines = false) => ({
    description,
    content: {
      'application/json': { schema },
      ...(hasLines ? { 'text/plain': { schema: z.string() } } : {}),
    },
  })
  for (const route of routes) {
    const { path, summary, query, result, hasLines, subject } = route
    registry.registerPath({
      method: 'get',
      path,
      operationId: operationIdOf(path),
      summary,
      security: [{}, { bearer: [] }],
      request: {
        query,
        ...(subject === undefined ? {} : { params: z.object({ [subject]: subjectShape(subject) }) }),
      },
      responses: {
        200: json('The answer.', result, hasLines),
        304: { description: 'Nothing has changed since the answer with the ETag of If-None-Match.' },
        400: json('A parameter is wrong.', problemShape, hasLines),
        401: json('The token is missing, wrong or expired.', problemShape, hasLines),
        406: json('The answer cannot be given as the header Accept asks.', problemShape, hasLines),
        431: { description: 'The address is longer than 16 kB.' },
        503: json('The database does not answer.', problemShape, hasLines),
        ...(subject === undefined
          ? {}
          : {
              300: json(
                'Several have this name. The answer lists them and picks none.',
                candidatesShape,
                hasLines,
              ),
              301: json('It has another path now.', movedShape, hasLines),
              404: json('It is not known.', problemShape, hasLines),
            }),
      },
    })
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Project directory of gitlab-kafka-bridge',
      version: '1.0.0',
      description:
        'Projects, groups, branches, tags and members, as GitLab has told them by hooks. Read-only.',
    },
  })
}

const subjectShape = (subject: string) =>
  z.string().min(1).describe(`Id, or full path with %2F for each slash, of the ${subject}.`)

/** `/projects/{project}/branches` → `projects_project_branches`. */
const operationIdOf = (path: string): string => path.replaceAll(/[{}]/g, '').slice(1).replaceAll('/', '_')
