import { createRequire } from 'node:module'
import { type HeadroomBuffer, headroomBufferAt } from '../produce/headroom-buffer.ts'

/** The part of kafkajs' encoder that is read or replaced here. */
interface Encoder {
  buf: Buffer
  offset: number
  readonly buffer: Buffer
  writeEncoder(value: Encoder | HeadroomBuffer): this
  /** The buffer with headroom whose body this encoder holds. */
  adopted?: HeadroomBuffer
}

/** Writes the fields before a body into the headroom of the body, where the body has headroom. */
export const patchEncoder = (): void => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/protocol/encoder') as {
    prototype: Encoder & { isPatched?: true }
  }
  if (prototype.isPatched) return
  const original = prototype.writeEncoder
  prototype.writeEncoder = function (value) {
    const body = 'whole' in value ? value : value.adopted
    // An encoder that has been written to since it adopted a body holds its bytes in another buffer.
    if (body === undefined || body.buf !== value.buf || body.start < this.offset)
      return original.call(this, value) as typeof this
    const start = body.start - this.offset
    this.buf.copy(body.whole, start, 0, this.offset)
    this.adopted = headroomBufferAt(body.whole, start)
    this.buf = this.adopted.buffer
    this.offset = this.buf.length
    return this
  }
  prototype.isPatched = true
}
