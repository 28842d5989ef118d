const castagnoli = 0x82f63b78

/**
 * Row 0 is the usual table of CRC-32C. Entry `row * 256 + byte` is the effect of a byte on the checksum when
 * `row` more bytes follow it.
 */
const table = (() => {
  const rows = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ castagnoli : crc >>> 1
    rows[byte] = crc
  }
  for (let i = 256; i < rows.length; i++) {
    const before = rows[i - 256] as number
    rows[i] = (before >>> 8) ^ (rows[before & 0xff] as number)
  }
  return rows
})()

const entry = (index: number): number => table[index] as number

/**
 * The checksum of Kafka's record batches (CRC-32C), computed eight bytes at a time:
 * https://en.wikipedia.org/wiki/Computation_of_cyclic_redundancy_checks#Multi-byte
 */
export const crc32c = (bytes: Uint8Array): number => {
  const byte = (index: number): number => bytes[index] as number
  const whole = bytes.length - (bytes.length % 8)
  let crc = -1
  let i = 0
  for (; i < whole; i += 8) {
    const low = crc ^ (byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24))
    crc =
      entry(1792 + (low & 0xff)) ^
      entry(1536 + ((low >>> 8) & 0xff)) ^
      entry(1280 + ((low >>> 16) & 0xff)) ^
      entry(1024 + (low >>> 24)) ^
      entry(768 + byte(i + 4)) ^
      entry(512 + byte(i + 5)) ^
      entry(256 + byte(i + 6)) ^
      entry(byte(i + 7))
  }
  for (; i < bytes.length; i++) crc = entry((crc ^ byte(i)) & 0xff) ^ (crc >>> 8)
  return ~crc >>> 0
}
