import { z } from 'zod'

// PostgreSQL names are at most 63 bytes and cannot hold a NUL.
const name = z.string().min(1).max(63)

/** Role names, exactly as PostgreSQL has them. */
export const roleNames = z.array(name).min(1).max(50).describe('only the sessions of these roles')

/** Beginnings of application names, in upper or lower case. */
export const applicationNames = z
  .array(name)
  .min(1)
  .max(50)
  .describe('not those whose application_name begins with one of these')
