import { createRequire } from 'node:module'
import { recordMember } from '../joining-member.ts'

interface GroupRequest {
  memberId?: string
}

interface Broker {
  lookupRequest(apiKey: number, versions: unknown): (request: GroupRequest) => unknown
  joinGroup(request: GroupRequest): Promise<unknown>
  syncGroup(request: GroupRequest): Promise<unknown>
}

let isApplied = false

/** Records in the error of a join as which member the client was joining. */
export const patchGroupJoin = (): void => {
  if (isApplied) return
  isApplied = true
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker') as { prototype: Broker }
  const { joinGroup, syncGroup } = prototype

  prototype.joinGroup = async function (request) {
    let memberId = request.memberId ?? ''
    // The coordinator first assigns an id, with which the client then asks again.
    const observed = Object.create(this, {
      lookupRequest: {
        value: (apiKey: number, versions: unknown) => {
          const create = this.lookupRequest(apiKey, versions)
          return (sent: GroupRequest) => {
            memberId = sent.memberId ?? ''
            return create(sent)
          }
        },
      },
    }) as Broker
    return await joinGroup.call(observed, request).catch((error: unknown) => {
      recordMember(error, memberId)
      throw error
    })
  }

  prototype.syncGroup = async function (request) {
    return await syncGroup.call(this, request).catch((error: unknown) => {
      recordMember(error, request.memberId ?? '')
      throw error
    })
  }
}
