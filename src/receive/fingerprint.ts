import type { Labels } from '../domain/alert.ts'

const SEPARATOR = 0xff
const TWO_TO_32 = 0x1_0000_0000

/**
 * Fingerprint of a label set, 16 hex digits: FNV-1a, 64 bits, over the sorted names and values, each followed by the byte 255.
 * The same as Prometheus and Alertmanager compute (prometheus/common, model/signature.go), so a sender that leaves it out
 * and one that does not mean the same alert.
 */
export function fingerprintOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const)
  pairs.sort(([a], [b]) => Buffer.compare(a, b))
  const hash = fnv1a64()
  for (const bytes of pairs.flat()) {
    for (const byte of bytes) hash.add(byte)
    hash.add(SEPARATOR)
  }
  return hash.hex()
}

/** In two halves of 32 bits: a BigInt per byte would take twenty times as long. */
function fnv1a64() {
  let high = 0xcbf29ce4
  let low = 0x84222325
  return {
    /** Exclusive or with the byte, then times 2^40 + 0x1b3, modulo 2^64. */
    add(byte: number): void {
      const mixed = (low ^ byte) >>> 0
      const product = mixed * 0x1b3
      low = product >>> 0
      high = (high * 0x1b3 + Math.floor(product / TWO_TO_32) + ((mixed << 8) >>> 0)) >>> 0
    },
    hex: () => high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0'),
  }
}
