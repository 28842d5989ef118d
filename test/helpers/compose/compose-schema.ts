import { z } from 'zod'

/** Such as `512m`: https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values */
const byteSize = z.string().regex(/^\d+[bkmg]$/)
const duration = z.string().regex(/^(\d+(ms|s|m|h))+$/)
/** `${VARIABLE}`, `${VARIABLE:-default}`, or text with such parts. */
const text = z.string().min(1)
const values = z.record(
  z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
)

const volume = z.union([
  z.string().regex(/^[a-z-]+:\/[^:]+(:ro)?$/),
  z.strictObject({
    type: z.enum(['volume', 'bind']),
    source: text,
    target: z.string().startsWith('/'),
    read_only: z.boolean().optional(),
    volume: z.strictObject({ subpath: text }).optional(),
  }),
])

const healthcheck = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.strictObject({
    test: z.union([z.tuple([z.literal('CMD-SHELL'), text]), z.tuple([z.literal('CMD'), text], text)]),
    interval: duration,
    timeout: duration,
    retries: z.number().int().min(1),
    start_period: duration,
    start_interval: duration,
  }),
])

const service = z.strictObject({
  image: text,
  build: z.union([text, z.strictObject({ context: text, args: z.record(text, text) })]).optional(),
  pull_policy: text.optional(),
  profiles: z.array(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/)).optional(),
  user: text.optional(),
  hostname: text.optional(),
  entrypoint: z.array(text).optional(),
  command: z.array(text).optional(),
  restart: z
    .string()
    .regex(/^(unless-stopped|on-failure:\d+)$/)
    .optional(),
  stop_grace_period: duration.optional(),
  init: z.boolean(),
  read_only: z.boolean(),
  cap_drop: z.array(text),
  security_opt: z.array(text),
  pids_limit: z.number().int().positive(),
  mem_limit: byteSize,
  logging: z.strictObject({ driver: text, options: z.record(text, z.string()) }),
  environment: values.optional(),
  depends_on: z
    .record(
      text,
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
      }),
    )
    .optional(),
  network_mode: z.literal('none').optional(),
  networks: z.array(text).optional(),
  ports: z.array(z.string().regex(/^[^:]+(:-[\d.]+\})?:(\d+|\$\{[A-Z_]+:-\d+\}):\d+$/)).optional(),
  volumes: z.array(volume).optional(),
  tmpfs: z.array(z.string().regex(/^\/[^:]+(:[a-z]+(=\w+)?(,[a-z]+(=\w+)?)*)?$/)).optional(),
  healthcheck: healthcheck.optional(),
})

/**
 * What the Compose specification says about the attributes that docker-compose.yml uses. Every other
 * attribute is an error. https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
export const composeSchema = z
  .object({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
    services: z.record(z.string().regex(/^[a-zA-Z0-9._-]+$/), service),
    networks: z.record(
      text,
      z.union([
        z.strictObject({ internal: z.literal(true) }),
        z.strictObject({ driver_opts: z.record(text, z.string()) }),
      ]),
    ),
    volumes: z.record(text, z.null()),
  })
  .catchall(z.never())

/** A service of docker-compose.yml, with what it takes over from the parts that begin with `x-`. */
export type ComposeService = z.output<typeof service>
/** The whole file. */
export type ComposeFile = z.output<typeof composeSchema>
