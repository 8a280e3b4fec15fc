import { NightshiftError } from '../domain/errors.ts'

/**
 * Waits for the work, `ms` at most. The work itself goes on; its late end is of no interest.
 * @throws NightshiftError `timeout` when it takes longer
 */
export async function withinTime<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NightshiftError('timeout', `no answer within ${ms} ms`)), ms)
  })
  try {
    // Called inside a function, so that work that throws at once is caught like work that fails later.
    return await Promise.race([(async () => work())(), late])
  } finally {
    clearTimeout(timer)
  }
}
