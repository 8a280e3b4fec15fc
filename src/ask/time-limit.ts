/** What stands for work that took too long. */
export const TOO_LATE = Symbol('too late')

/** The result of the work, or `TOO_LATE` after `ms`. The work itself goes on; a late failure of it is of no interest. */
export async function inTime<T>(ms: number, work: Promise<T>): Promise<T | typeof TOO_LATE> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof TOO_LATE>((resolve) => {
    timer = setTimeout(() => resolve(TOO_LATE), ms)
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
