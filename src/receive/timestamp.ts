const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):\d{2})$/

/** Go's zero time, as Go writes it; it stands for "none". */
export const ZERO_TIME = '0001-01-01T00:00:00Z'
const ZERO_TIME_MS = Date.parse(ZERO_TIME)

/** Reads an RFC 3339 time, cut to milliseconds; null when it is none, or names a day that its month does not have. */
export function parseTimestamp(text: string): Date | null {
  if (!RFC_3339.test(text)) return null
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return null
  const day = Number(text.slice(8, 10))
  return day <= 28 || day <= daysIn(Number(text.slice(0, 4)), Number(text.slice(5, 7))) ? time : null
}

/** True for Go's zero time, in whatever offset: the sender means that it does not know. */
export function isZeroTime(time: Date): boolean {
  return time.getTime() <= ZERO_TIME_MS
}

// Date rolls 30 February over into March. Leap years repeat every 400 years; Date.UTC reads years below 100 as 19xx.
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
