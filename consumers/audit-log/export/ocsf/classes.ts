/** The version of OCSF whose classes and attributes are used. It is a part of every exported event. */
export const ocsfVersion = '1.3.0'

/** The classes of https://schema.ocsf.io/1.3.0 that are used, with their numbers. */
export const ocsfClasses = {
  base: { class_uid: 0, class_name: 'Base Event', category_uid: 0, category_name: 'Uncategorized' },
  account: iam(3001, 'Account Change'),
  authentication: iam(3002, 'Authentication'),
  entity: iam(3004, 'Entity Management'),
  access: iam(3005, 'User Access Management'),
  group: iam(3006, 'Group Management'),
  web: application(6001, 'Web Resources Activity'),
  lifecycle: application(6002, 'Application Lifecycle'),
} as const

export type OcsfClass = keyof typeof ocsfClasses

function iam(class_uid: number, class_name: string) {
  return { class_uid, class_name, category_uid: 3, category_name: 'Identity & Access Management' }
}

function application(class_uid: number, class_name: string) {
  return { class_uid, class_name, category_uid: 6, category_name: 'Application Activity' }
}

/** An activity of a class: its number and its name. 99 stands for what the class has no number for. */
export type Activity = readonly [id: number, name: string]

export const other = (name: string): Activity => [99, name]
