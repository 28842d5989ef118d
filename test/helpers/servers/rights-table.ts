import { readFileSync } from 'node:fs'
import kafkajs, { type AclEntry } from 'kafkajs'

/** One row of the table in docs/kafka-rights.md. */
export interface Right {
  /** The second word of the command, such as `ingress`. */
  process: string
  operations: string[]
  resource: string
  /** Ends with `*` if it is the beginning of several names. */
  name: string
}

/** @param worker the name that stands for `<worker>` */
export const readRightsTable = (worker: string): Right[] =>
  readFileSync(new URL('../../../docs/kafka-rights.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `bridge'))
    .map((line) => {
      const [, process = '', operations = '', resource = '', name = ''] = line
        .split('|')
        .map((cell) => cell.trim())
      return {
        process: process.split(/[ `]+/)[2] ?? '',
        operations: operations.split(', '),
        resource,
        name: name.replaceAll('`', '').replace('<worker>', worker),
      }
    })

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

/** `DescribeConfigs` → `DESCRIBE_CONFIGS` */
export const kafkaName = (operation: string) =>
  operation
    .replace(/[a-z](?=[A-Z])/g, (letter) => `${letter}_`)
    .toUpperCase() as keyof typeof AclOperationTypes

/** The entries of Kafka for one row. @param prefix goes before every name */
export const aclEntriesOf = ({ process, operations, resource, name }: Right, prefix: string): AclEntry[] =>
  operations.map((operation) => ({
    principal: `User:${process}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    operation: AclOperationTypes[kafkaName(operation)],
    resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: prefix + name.replace('*', ''),
    resourcePatternType: name.endsWith('*') ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  }))

/** Kafka grants these operations together with one of the others. */
const grantedWith: Readonly<Record<string, readonly string[]>> = {
  Describe: ['Read', 'Write'],
  DescribeConfigs: ['AlterConfigs'],
}

/** Whether a process of this row would miss the operation. */
export const canBeMissed = ({ operations }: Right, operation: string): boolean =>
  !grantedWith[operation]?.some((other) => operations.includes(other))
