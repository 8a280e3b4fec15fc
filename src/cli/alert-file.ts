import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Labels } from '../domain/alert.ts'
import { NightshiftError, sentence } from '../domain/errors.ts'
import type { Io } from './command.ts'

const labels = z.record(z.string(), z.string()).refine((all) => Object.keys(all).length > 0, 'no labels')
const alert = z.object({ labels, status: z.enum(['firing', 'resolved']).default('firing') })
const webhook = z.object({ alerts: z.array(alert).min(1) })

/** An alert as far as a decision rests on it. */
export type GivenAlert = { labels: Labels; status: 'firing' | 'resolved' }

/**
 * Reads alerts from a JSON file or, for `-`, from standard input: a whole Alertmanager webhook body, one alert, or only its
 * labels.
 * @throws NightshiftError `usage` when there is no such file or it holds none of these
 */
export async function readAlerts(path: string, io: Io): Promise<GivenAlert[]> {
  const value = parse(await readText(path, io), path)
  const isMap = value !== null && typeof value === 'object'
  if (isMap && 'alerts' in value) return checked(webhook, value, path).alerts
  if (isMap && 'labels' in value && typeof value.labels === 'object') return [checked(alert, value, path)]
  return [{ labels: checked(labels, value, path), status: 'firing' }]
}

async function readText(path: string, io: Io): Promise<string> {
  if (path === '-') return io.stdin()
  try {
    return await readFile(resolve(io.cwd, path), 'utf8')
  } catch (error) {
    throw new NightshiftError('usage', `cannot read ${path}: ${sentence(error)}`, { path }, error)
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new NightshiftError('usage', `${path} is not JSON: ${sentence(error)}`, { path }, error)
  }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, path: string): z.output<S> {
  const { data, error } = schema.safeParse(value)
  if (data !== undefined) return data
  const [issue] = error?.issues ?? []
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  throw new NightshiftError('usage', `${path} holds no alert: ${where}${issue?.message ?? 'unknown shape'}`, { path })
}
