import { z } from 'zod'

/** Names of what can be clicked; `action_id` in Slack's terms. In a list each button has one with a number: `approve:12`. */
export const ACTIONS = {
  approve: 'approve',
  deny: 'deny',
  approveAll: 'approve_all',
  denyAll: 'deny_all',
  acknowledge: 'acknowledge',
  silence: 'silence',
  selfTest: 'self_test',
} as const

const Id = z.int().positive()
const Digest = z.string().regex(/^[0-9a-f]{64}$/)
const Batch = z.string().regex(/^[0-9a-f]{32}$/)

/**
 * What a button carries: which remediation, incident or list of a grouped message it is about, and the digest of what was
 * shown. Never who may: that is looked up when it is clicked.
 */
export const ButtonValue = z.strictObject({
  remediation: Id.nullish(),
  incident: Id.nullish(),
  digest: Digest.nullish(),
  batch: Batch.nullish(),
})
export type ButtonValue = z.infer<typeof ButtonValue>

/** The value of a button, to be read again by `readButton`; far below the 2000 characters that Slack allows. */
export function buttonValue(value: ButtonValue): string {
  return JSON.stringify(value)
}

/** Reads the value of a button; null when it is not one of ours. */
export function readButton(text: string | undefined): ButtonValue | null {
  try {
    return ButtonValue.parse(JSON.parse(text ?? ''))
  } catch {
    // A message of another version, or of another app: the caller refuses it visibly.
    return null
  }
}

/** Matches the plain name and the numbered one. */
export function actionNamed(name: string): RegExp {
  return new RegExp(`^${name}(:\\d+)?$`)
}
