import { z } from 'zod'
import { DnSyntaxError, parseDn } from '../dn/parse-dn.ts'
import { accessLevels } from './access.ts'
import { groupClasses } from './group-classes.ts'
import { namePlaceholders } from './group-name.ts'
import { problemsOf } from './mapping-problems.ts'

const dn = z.string().superRefine((text, context) => {
  try {
    if (parseDn(text).length > 0) return
    context.addIssue({ code: 'custom', message: 'is empty: give a DN' })
  } catch (error) {
    if (!(error instanceof DnSyntaxError)) throw error
    context.addIssue({ code: 'custom', message: error.message })
  }
})

const attribute = z.string().regex(/^[a-z][a-z\d-]*$/i, 'must be the name of an LDAP attribute')

const fullPath = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be a full path such as company/team, without a slash at its ends')

const nameTemplate = z.string().superRefine((text, context) => {
  const unknown = [...text.matchAll(/\{(.*?)\}/g)].flatMap(([, name = '']) =>
    namePlaceholders.includes(name) ? [] : [name],
  )
  if (unknown.length > 0)
    context.addIssue({
      code: 'custom',
      message: `has unknown placeholders ${unknown.join(', ')}: use ${namePlaceholders.join(', ')}`,
    })
  if (!/\{(path|slug)\}/.test(text))
    context.addIssue({ code: 'custom', message: 'must contain {path} or {slug}, so that names differ' })
})

const rule = z.strictObject({
  /** Full path of the group or project in GitLab. */
  path: fullPath,
  kind: z.enum(['group', 'project']).default('group'),
  /** Its id in GitLab, for one whose full path no event has named. */
  id: z.int().min(1).optional(),
  /** Says that its members are kept in GitLab, where GitLab fills other groups from this LDAP server. */
  source: z.literal('gitlab').optional(),
  /** Which members are mirrored. Default: everyone with a role. */
  access: z
    .array(z.enum(accessLevels))
    .min(1)
    .default([...accessLevels]),
  /** `one`: one LDAP group for all of them. `each`: one for each access level. */
  into: z.enum(['one', 'each']).default('one'),
  name: nameTemplate.optional(),
  /** Full DN of an existing LDAP group that the worker may add members to. */
  adopt: dn.optional(),
  gid: z.int().min(1).optional(),
})

/** What is mirrored, and where to. docs/ldap.md explains each field. */
export const mappingShape = z
  .strictObject({
    gitlab_reads_this_ldap: z.boolean().optional(),
    people: z.strictObject({
      base: dn,
      match: z
        .union([
          z.strictObject({ by: z.enum(['username', 'email']), attribute }),
          z.strictObject({ by: z.literal('identity'), provider: z.string() }),
        ])
        .default({ by: 'username', attribute: 'uid' }),
      object_class: attribute.default('inetOrgPerson'),
      /** User names that are never mirrored. `*` stands for any characters. */
      ignore: z.array(z.string()).default([]),
      ssh_keys: z.boolean().default(false),
    }),
    groups: z.strictObject({
      base: dn,
      class: z.enum(groupClasses).default('groupOfNames'),
      name: nameTemplate.default('{slug}'),
      placeholder: dn.optional(),
      archive: dn.optional(),
      marker: z.strictObject({ attribute, value: z.string().min(1) }).optional(),
      first_gid: z.int().min(1).optional(),
    }),
    mirror: z.array(rule).min(1, 'is empty: list the groups and projects that are mirrored'),
  })
  .superRefine((mapping, context) => {
    for (const [path, message] of problemsOf(mapping))
      context.addIssue({ code: 'custom', path: [...path], message })
  })

export type Mapping = z.output<typeof mappingShape>
export type Rule = Mapping['mirror'][number]
