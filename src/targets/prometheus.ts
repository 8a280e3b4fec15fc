import { z } from 'zod'
import { NightshiftError, sentence } from '../domain/errors.ts'
import type { PrometheusTarget, Sample } from '../handler/targets.ts'

/** Where it is, and how it lets us in. */
export type PrometheusSettings = { url: string; bearer?: string | undefined }

const TIMEOUT_MS = 10_000

const sample = z.tuple([z.number(), z.string()])
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    warnings: z.array(z.string()).default([]),
    data: z.object({ resultType: z.string(), result: z.unknown() }),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
])
const vector = z.array(z.object({ metric: z.record(z.string(), z.string()), value: sample }))

/**
 * A Prometheus target (HTTP API v1, also Mimir's, Thanos' and VictoriaMetrics'). The base URL is fixed; a redirect is an
 * error, because evidence must come from the server that the policy names. A user and password in the URL become basic auth.
 * @param timeoutMs longest time for one query, in ms
 */
export function prometheusTarget(name: string, settings: PrometheusSettings, timeoutMs = TIMEOUT_MS): PrometheusTarget {
  const { endpoint, headers } = requestFor(settings)
  const fail = (code: NightshiftError['code'], what: string, cause?: unknown): NightshiftError =>
    new NightshiftError(code, `target ${name} (${endpoint.host}): ${what}`, { target: name }, cause)

  async function ask(promql: string, signal?: AbortSignal): Promise<{ status: number; body: string }> {
    const limit = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ query: promql, timeout: `${timeoutMs}ms` }),
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      })
      return { status: response.status, body: await response.text() }
    } catch (error) {
      signal?.throwIfAborted()
      if (limit.aborted) throw fail('timeout', `no answer within ${timeoutMs} ms`, error)
      const { cause } = error as Error
      throw fail('target-unavailable', sentence(cause ?? error), error)
    }
  }

  return {
    name,
    query: async (promql, signal) => {
      const { status, body } = await ask(promql, signal)
      const parsed = answer.safeParse(json(body))
      if (!parsed.success) throw fail(status >= 500 ? 'target-unavailable' : 'target-misconfigured', meaning(status))
      if (parsed.data.status === 'error') throw fail(codeOf(parsed.data.errorType), parsed.data.error)
      const { data, warnings } = parsed.data
      // Half an answer is not evidence: the missing half may be the one that still fails.
      if (warnings.length > 0) throw fail('target-unavailable', `answered with a warning: ${warnings.join('; ')}`)
      const samples = samplesOf(data.resultType, data.result)
      if (!samples) throw fail('bad-parameter', `the query gives a ${data.resultType}, not a vector or a scalar`)
      return samples.filter(({ value }) => !Number.isNaN(value))
    },
    close: async () => {},
  }
}

/** `fetch` refuses credentials in a URL and quotes them in its error, so they are taken out first. */
function requestFor({ url, bearer }: PrometheusSettings): { endpoint: URL; headers: Record<string, string> } {
  const base = new URL(url)
  const user = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
  const headers: Record<string, string> = {}
  if (base.username !== '') headers.authorization = `Basic ${Buffer.from(user).toString('base64')}`
  if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`
  return { endpoint: new URL(`${base.origin}${base.pathname.replace(/\/*$/, '')}/api/v1/query`), headers }
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null // refused by the schema, with the HTTP status in the message
  }
}

function meaning(status: number): string {
  if (status === 401 || status === 403) return `HTTP ${status}: it does not let us in`
  if (status >= 300 && status < 400) return `HTTP ${status}: it redirects; give the URL that it redirects to`
  return `HTTP ${status}, and not an answer of Prometheus' query API`
}

function codeOf(errorType: string): 'bad-parameter' | 'target-unavailable' | 'timeout' {
  if (errorType === 'timeout' || errorType === 'canceled') return 'timeout'
  return errorType === 'bad_data' || errorType === 'execution' ? 'bad-parameter' : 'target-unavailable'
}

function samplesOf(resultType: string, result: unknown): Sample[] | null {
  if (resultType === 'scalar') {
    const parsed = sample.safeParse(result)
    return parsed.success ? [{ labels: {}, value: numberOf(parsed.data[1]) }] : null
  }
  // Native histograms carry no `value`: there is no one number in them, so they are refused too.
  const parsed = resultType === 'vector' ? vector.safeParse(result) : null
  return parsed?.success
    ? parsed.data.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }))
    : null
}

function numberOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}
