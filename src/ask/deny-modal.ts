import type { types, ViewOutput } from '@slack/bolt'
import { z } from 'zod'
import { ButtonValue } from './button.ts'

export const DENY_VIEW = 'deny'
const REASON = 'reason'
const LONGEST_REASON = 1000

/** What the modal carries from the click to the answer, and where the answer to a refusal goes. */
const Carried = ButtonValue.pick({ remediation: true, digest: true, batch: true }).extend({
  channel: z.string().optional(),
  thread: z.string().optional(),
})
export type Denial = z.infer<typeof Carried>

/** The modal that asks why. The reason may be left out: a no must never be hard to say. */
export function denyModal(denial: Denial): types.ModalView {
  return {
    type: 'modal',
    callback_id: DENY_VIEW,
    private_metadata: JSON.stringify(denial),
    title: { type: 'plain_text', text: 'Deny' },
    submit: { type: 'plain_text', text: 'Deny' },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [
      {
        type: 'input',
        block_id: REASON,
        optional: true,
        label: {
          type: 'plain_text',
          text:
            denial.remediation == null
              ? 'Why not? None of the shown will run.'
              : `Why not? Remediation ${denial.remediation} will not run.`,
        },
        element: { type: 'plain_text_input', action_id: REASON, multiline: true, max_length: LONGEST_REASON },
      },
    ],
  }
}

/** Reads the submitted modal; null when it is not one of ours. */
export function readDenial(view: ViewOutput): (Denial & { reason: string }) | null {
  try {
    const reason = view.state.values[REASON]?.[REASON]?.value ?? ''
    return { ...Carried.parse(JSON.parse(view.private_metadata)), reason: reason.slice(0, LONGEST_REASON) }
  } catch {
    return null
  }
}
