import { z } from '@hono/zod-openapi'

/** Which part of a list, newest first: at most `limit` of those whose id is below `before`. */
export type PageRequest = { before: number | null; limit: number }

export const PAGE_LIMIT = 200
const CURSOR = /^([1-9]\d{0,14})$/

/** Query parameters of every list. The cursor is opaque: what is in it may change. */
export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT).default(50),
  cursor: z
    .string()
    .transform((text, ctx) => {
      const id = CURSOR.exec(Buffer.from(text, 'base64url').toString())?.[1]
      if (id !== undefined) return Number(id)
      ctx.addIssue({ code: 'custom', message: 'is not a cursor of ours' })
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description: '`next` of the page before' }),
}

/** Schema of a page. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable().describe('Cursor of the next page; null: none') })
}

/** Reads one page; asks for one item more than wanted, to know whether another page follows. */
export async function readPage<T>(
  query: { limit: number; cursor?: number | undefined },
  read: (page: PageRequest) => Promise<readonly T[]>,
  idOf: (item: T) => number,
): Promise<{ items: T[]; next: string | null }> {
  const found = await read({ before: query.cursor ?? null, limit: query.limit + 1 })
  const items = found.slice(0, query.limit)
  const last = items.at(-1)
  const more = found.length > query.limit && last !== undefined
  return { items, next: more ? Buffer.from(String(idOf(last))).toString('base64url') : null }
}
