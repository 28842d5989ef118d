import type { AttributeValue, Dn } from './dn.ts'
import { formatDn } from './format-dn.ts'
import { parseDn } from './parse-dn.ts'

/** Whether the values of an attribute type differ if only their letter case differs. */
export type IsCaseExact = (type: string) => boolean

/** Numeric names of the attribute types that are usual in DNs, RFC 4519. */
const nameOfOid: Readonly<Record<string, string>> = {
  '2.5.4.3': 'cn',
  '2.5.4.4': 'sn',
  '2.5.4.6': 'c',
  '2.5.4.7': 'l',
  '2.5.4.8': 'st',
  '2.5.4.9': 'street',
  '2.5.4.10': 'o',
  '2.5.4.11': 'ou',
  '0.9.2342.19200300.100.1.1': 'uid',
  '0.9.2342.19200300.100.1.25': 'dc',
}

/** Longer names of the same attribute types. */
const shortNameOf: Readonly<Record<string, string>> = {
  commonname: 'cn',
  surname: 'sn',
  countryname: 'c',
  localityname: 'l',
  stateorprovincename: 'st',
  streetaddress: 'street',
  organizationname: 'o',
  organizationalunitname: 'ou',
  userid: 'uid',
  domaincomponent: 'dc',
}

const noneIsCaseExact: IsCaseExact = () => false

/**
 * A text that is equal for two names of the same entry: attribute types in one spelling, values in lower case
 * where the schema does not tell letter case apart, runs of spaces as one, and a fixed order within a
 * multi-valued RDN.
 *
 * @throws DnSyntaxError
 */
export const dnKey = (dn: string | Dn, isCaseExact: IsCaseExact = noneIsCaseExact): string =>
  formatDn(
    (typeof dn === 'string' ? parseDn(dn) : dn).map((rdn) =>
      rdn
        .map((part) => normalised(part, isCaseExact))
        .sort((a, b) => compare(a.type, b.type) || compare(a.value, b.value)),
    ),
  )

/** Whether an entry lies below another one, or is that entry. */
export const isWithin = (dn: string, base: string, isCaseExact?: IsCaseExact): boolean => {
  const [inner, outer] = [parseDn(dn), parseDn(base)]
  if (inner.length < outer.length) return false
  return dnKey(inner.slice(inner.length - outer.length), isCaseExact) === dnKey(outer, isCaseExact)
}

const normalised = ({ type, value }: AttributeValue, isCaseExact: IsCaseExact): AttributeValue => {
  const lower = nameOfOid[type] ?? type.toLowerCase()
  const name = shortNameOf[lower] ?? lower
  const text = value.normalize('NFKC')
  if (isCaseExact(name)) return { type: name, value: text }
  // RFC 4518: space at the ends does not count, and runs of spaces count as one.
  return { type: name, value: text.toLowerCase().trim().replaceAll(/ +/g, ' ') }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
