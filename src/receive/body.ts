import type { HonoRequest } from 'hono'

/** Bytes that all requests together may hold while they are read: many large bodies at once must not fill the memory. */
export type ReadingRoom = { left: number }

export type ReadBody = { bytes: Uint8Array } | { refused: 'too-large' | 'busy' | 'cut-off' }

/** Reads a body up to `cap` bytes, counted as they come, whatever the sender says about its length. Never holds more. */
export async function readBody(request: HonoRequest, cap: number, room: ReadingRoom): Promise<ReadBody> {
  const declared = declaredLength(request)
  if (declared !== null && declared > cap) return { refused: 'too-large' }
  let taken = 0
  const take = (bytes: number): boolean => {
    if (room.left < bytes) return false
    room.left -= bytes
    taken += bytes
    return true
  }
  try {
    if (declared === null) return await readCounted(request, cap, take)
    if (!take(declared)) return { refused: 'busy' }
    const bytes = new Uint8Array(await request.raw.arrayBuffer())
    return bytes.length > cap ? { refused: 'too-large' } : { bytes }
  } catch {
    // The connection broke; nobody is left to be told, but the refusal counts.
    return { refused: 'cut-off' }
  } finally {
    room.left += taken
  }
}

async function readCounted(request: HonoRequest, cap: number, take: (bytes: number) => boolean): Promise<ReadBody> {
  const stream = request.raw.body
  if (stream === null) return { bytes: new Uint8Array() }
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { bytes: Buffer.concat(chunks, size) }
    size += value.length
    const refused = size > cap ? 'too-large' : take(value.length) ? null : 'busy'
    if (refused !== null) {
      await reader.cancel().catch(() => {})
      return { refused }
    }
    chunks.push(value)
  }
}

/** The length that HTTP's framing holds the sender to; null when the body is chunked or the sender says nothing. */
function declaredLength(request: HonoRequest): number | null {
  // Never beside Transfer-Encoding: Node refuses such a request.
  const length = Number(request.header('content-length') ?? Number.NaN)
  return Number.isSafeInteger(length) ? length : null
}
