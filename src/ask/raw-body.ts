/** Slack sends the clicked message along: up to 50 blocks of 3000 characters, percent-encoded. */
const BODY_CAP = 1 << 20

/** Reads a body as the text that was signed. Never holds more than the cap, whatever the sender says about its length. */
export async function readText(request: Request): Promise<string | 'too-large' | 'unreadable'> {
  if (Number(request.headers.get('content-length')) > BODY_CAP) return 'too-large'
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length
      if (size > BODY_CAP) return 'too-large'
      chunks.push(chunk)
    }
    // Bytes that are no UTF-8 would be replaced, and the signature be checked over another text than was sent.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks, size))
  } catch {
    // The connection broke, or the bytes are no text.
    return 'unreadable'
  }
}

/** What Slack posts: a form whose `payload` is JSON (clicks, modals), a plain form (commands), or JSON (events). Null: neither. */
export function parsePosted(type: string | null, text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = isForm(type) ? fromForm(new URLSearchParams(text)) : JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null
  } catch {
    // Not JSON; the caller answers 400.
    return null
  }
}

function fromForm(form: URLSearchParams): unknown {
  const payload = form.get('payload')
  return payload === null ? Object.fromEntries(form) : JSON.parse(payload)
}

function isForm(type: string | null): boolean {
  return type?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}
